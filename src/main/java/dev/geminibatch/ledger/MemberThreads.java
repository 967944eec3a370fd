package dev.geminibatch.ledger;

import dev.geminibatch.io.DaemonThreads;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * The two threads of a member. One has the heartbeats, which wait for nothing else; the other one
 * has what may wait for long: for a shared folder, or for its turn to write to the ledger.
 */
final class MemberThreads implements AutoCloseable {
  /** For what is under way at the end; a folder may hang. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final ScheduledExecutorService beats =
      Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("heartbeat"));
  private final ExecutorService aside =
      Executors.newSingleThreadExecutor(DaemonThreads.named("membership"));
  private final Set<String> waiting = ConcurrentHashMap.newKeySet();
  private final Consumer<Error> onError;
  private final BiConsumer<String, Exception> onFailure;

  /**
   * Starts no thread yet.
   *
   * @param onError ends the process: without the thread that it has ended, nobody would see that
   *     this member is gone
   * @param onFailure gets what a task beside the heartbeats was about, and why it has failed
   */
  MemberThreads(Consumer<Error> onError, BiConsumer<String, Exception> onFailure) {
    this.onError = onError;
    this.onFailure = onFailure;
  }

  /** What may wait for a disk or for the server. */
  @FunctionalInterface
  interface Task {
    void run() throws IOException;
  }

  void beat(Duration every, Runnable beat) {
    long millis = every.toMillis();
    beats.scheduleWithFixedDelay(watched(beat), millis, millis, TimeUnit.MILLISECONDS);
  }

  /**
   * Does something beside the heartbeats, one after the other. What waits for its turn already does
   * not once more: a folder may hang for many heartbeats.
   *
   * @param problem what is said of it if it fails; names the task as well
   */
  void aside(String problem, Task task) {
    if (waiting.add(problem)) {
      aside.execute(watched(() -> attempt(problem, task)));
    }
  }

  private void attempt(String problem, Task task) {
    waiting.remove(problem);
    try {
      task.run();
    } catch (IOException | RuntimeException e) {
      onFailure.accept(problem, e);
    }
  }

  private Runnable watched(Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (Error e) {
        onError.accept(e);
        throw e;
      }
    };
  }

  /** No beat comes any more, and what was begun is over unless it hangs. */
  @Override
  public void close() {
    beats.shutdownNow();
    aside.shutdown();
    try {
      if (!aside.awaitTermination(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        aside.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
