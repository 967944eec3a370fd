package dev.geminibatch.ledger;

import dev.geminibatch.io.DaemonThreads;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
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
  private final Consumer<Error> onError;

  /**
   * Starts no thread yet.
   *
   * @param onError ends the process: without the thread that it has ended, nobody would see that
   *     this member is gone
   */
  MemberThreads(Consumer<Error> onError) {
    this.onError = onError;
  }

  void beat(Duration every, Runnable beat) {
    long millis = every.toMillis();
    beats.scheduleWithFixedDelay(watched(beat), millis, millis, TimeUnit.MILLISECONDS);
  }

  /** Beside the heartbeats, one after the other. */
  void aside(Runnable task) {
    aside.execute(watched(task));
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
