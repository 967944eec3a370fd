package dev.geminibatch.cli;

import dev.geminibatch.io.DaemonThreads;
import java.io.IOException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Says how far something is that may take long. */
final class SlowCopy {
  /** What takes less time needs no word about how far it is. */
  private static final int SILENT_SECONDS = 2;

  /** How often a log gets a line; a terminal gets one each second. */
  private static final int SECONDS_BETWEEN_LINES = 10;

  private final Session session;

  SlowCopy(Session session) {
    this.session = session;
  }

  /** What is done. */
  interface Work<R> {
    R done() throws IOException;
  }

  /**
   * Does it.
   *
   * @param progress how far it is, in words; empty if there is nothing to say
   */
  <R> R watched(Supplier<String> progress, Work<R> work) throws IOException {
    ScheduledExecutorService ticker =
        Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("progress"));
    try {
      if (!session.options().quiet) {
        ticker.scheduleAtFixedRate(
            () -> tell(progress.get()),
            SILENT_SECONDS,
            session.terminal().isInteractive() ? 1 : SECONDS_BETWEEN_LINES,
            TimeUnit.SECONDS);
      }
      return work.done();
    } finally {
      ticker.shutdownNow();
      session.terminal().status("");
    }
  }

  private void tell(String progress) {
    if (session.terminal().isInteractive()) {
      session.terminal().status(progress);
    } else if (!progress.isEmpty()) {
      session.terminal().tell(progress);
    }
  }
}
