package dev.geminibatch.extension;

import dev.geminibatch.ledger.Ledger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps runs where they are until somebody releases them, for users' routes. */
public final class Holds {
  private static final Logger LOG = LoggerFactory.getLogger("holds");

  private final Ledger ledger;

  public Holds(Ledger ledger) {
    this.ledger = ledger;
  }

  /**
   * Keeps a run before its next stage, also over restarts.
   *
   * @param reason shown by {@code --status}
   */
  public void hold(String runId, String reason) {
    ledger.runs().hold(runId, reason);
    LOG.info("{}: {}", ledger.queries().run(runId).name(), reason);
  }

  /**
   * Releases all, at the next tick.
   *
   * @return how many
   */
  public int release() {
    return ledger.runs().release();
  }
}
