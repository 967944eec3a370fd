package dev.geminibatch.io;

import java.util.concurrent.ThreadFactory;

/** Threads for work in the background, which keep no process from its end. */
public final class DaemonThreads {
  private DaemonThreads() {}

  /**
   * Makes threads.
   *
   * @param name of each of them, as dumps and logs show it
   */
  public static ThreadFactory named(String name) {
    return task -> {
      Thread thread = new Thread(task, name);
      thread.setDaemon(true);
      return thread;
    };
  }
}
