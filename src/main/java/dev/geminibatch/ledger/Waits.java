package dev.geminibatch.ledger;

import dev.geminibatch.run.Run;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/** Lets runs wait for what is not their own; it does not count as a try of theirs. */
public final class Waits {
  private final Access quick;
  private final Clock clock;

  Waits(LedgerDatabase database, Clock clock) {
    this.quick = database.quick();
    this.clock = clock;
  }

  /** They wait, unless they are held or have moved on. */
  public void begin(List<Run> runs, String reason, Duration wait) {
    set(runs, Rows.shortened(reason), clock.millis() + wait.toMillis());
  }

  /** They need not wait any longer. */
  public void end(List<Run> runs) {
    set(runs, null, 0);
  }

  private void set(List<Run> runs, String reason, long nextTry) {
    quick.useTransaction(
        handle -> {
          for (Run run : runs) {
            handle.execute(
                "UPDATE run SET reason = ?, next_try = ?, updated_at = ?"
                    + " WHERE id = ? AND state = ? AND held = 0",
                reason,
                nextTry,
                clock.millis(),
                run.id(),
                run.state().name());
          }
        });
  }
}
