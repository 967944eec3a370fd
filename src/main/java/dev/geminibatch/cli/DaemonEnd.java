package dev.geminibatch.cli;

import dev.geminibatch.ledger.MemberIdentity;
import dev.geminibatch.ledger.ServerLeases.End;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Waits for the end of a daemon: by a signal, of which nothing comes here, or because the members
 * of its ledger say so. Then it finishes what it has in hand first, and takes nothing more; unless
 * that is a fault: then it ends at once.
 */
final class DaemonEnd {
  private static final Logger LOG = LoggerFactory.getLogger("daemon");

  /**
   * So many times it is asked for, once a heartbeat, before what is in hand is left to others: as
   * long as they would wait for a member that is silent.
   */
  private static final int MOST_ASKED = MemberIdentity.BEATS;

  private final BooleanSupplier isOver;
  private final CompletableFuture<Integer> code = new CompletableFuture<>();
  private final AtomicBoolean isStopped = new AtomicBoolean();
  private int asked;

  /**
   * @param isOver whether nothing is in hand
   */
  DaemonEnd(BooleanSupplier isOver) {
    this.isOver = isOver;
  }

  /** The members say so, at each heartbeat. */
  void ask(End end) {
    if (asked == 0) {
      LOG.atLevel(end.isFault() ? Level.ERROR : Level.INFO)
          .log(
              end.isFault()
                  ? "{}. This daemon ends now"
                  : "{}. This daemon ends when it has finished what it has in hand",
              end.why());
    }
    asked++;
    if (end.isFault() || isOver.getAsBoolean() || asked > MOST_ASKED) {
      code.complete(end.isFault() ? ExitCode.USAGE : ExitCode.OK);
    }
  }

  /** Waits for it; the exit code. */
  int await() throws InterruptedException {
    try {
      return code.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Stops everything, once. */
  void stop(Runnable stopping) {
    if (isStopped.compareAndSet(false, true)) {
      stopping.run();
    }
  }
}
