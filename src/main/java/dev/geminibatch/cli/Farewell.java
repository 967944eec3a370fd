package dev.geminibatch.cli;

import java.time.Duration;

/** What happens when the process is asked to end. */
final class Farewell {
  /** Whoever sent the signal waits ten seconds, often, and then kills. */
  private static final Duration PATIENCE = Duration.ofSeconds(8);

  private static final int TERMINATED = 143;

  private Farewell() {}

  /**
   * A shutdown hook that stops the routes, and the process in any case: everything is written down
   * in such a way that the power may go out at any time.
   *
   * @param stopping stops the routes
   */
  static Thread hook(Terminal terminal, String message, Runnable stopping) {
    return new Thread(
        () -> {
          Thread watchdog = new Thread(Farewell::haltInTime, "watchdog");
          watchdog.setDaemon(true);
          watchdog.start();
          terminal.status("");
          // Not to the log, which ends as soon as the process is asked to.
          terminal.tell(message);
          stopping.run();
        },
        "farewell");
  }

  private static void haltInTime() {
    try {
      Thread.sleep(PATIENCE.toMillis());
      Runtime.getRuntime().halt(TERMINATED);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
