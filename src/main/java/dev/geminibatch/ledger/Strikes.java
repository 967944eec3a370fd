package dev.geminibatch.ledger;

import dev.geminibatch.run.Capacity;
import dev.geminibatch.run.Suspicion;
import dev.geminibatch.run.WorkRecord;
import java.time.Clock;
import java.time.Duration;

/**
 * Runs whose work has ended a process with an Error, or got stuck. A run with one strike is tried
 * last, and alone if it ended a process. If that ends the process again, or gets stuck again, it is
 * held, so that others continue; nothing of it is lost. A run that moves to another state has no
 * strikes any more. See {@link Suspicion}.
 */
public final class Strikes {
  /** How a run is held, in the column {@code held}, that a user's route does not release. */
  static final int HELD = 2;

  private final Access durable;
  private final Clock clock;
  private final Capacity present;

  Strikes(LedgerDatabase database, Clock clock, Capacity present) {
    this.durable = database.durable();
    this.clock = clock;
    this.present = present;
  }

  /**
   * An Error has ended a process while a run was in hand. One that was in hand beside others need
   * not be to blame, and is never held for that; if it happens again, it is tried alone.
   */
  public void ended(WorkRecord.Ended ended) {
    String why = why(ended);
    durable.useTransaction(
        handle -> {
          if (ended.isCause()) {
            add(handle, ended.runId(), Suspicion.ENDED, why, Duration.ZERO);
          } else {
            handle.execute(
                "UPDATE run SET strikes = ?, waits_for = NULL, updated_at = ? WHERE id = ?"
                    + " AND held = 0 AND state NOT IN ('DELIVERED', 'FAILED')",
                present(handle, ended.runId()).besideAnother().number(),
                clock.millis(),
                ended.runId());
          }
        });
  }

  private static String why(WorkRecord.Ended ended) {
    String what =
        ended.error().equals(OutOfMemoryError.class.getSimpleName())
            ? "Java ran out of memory"
            : "The program ended with an error (" + ended.error() + ")";
    return what + " in the stage " + ended.stage();
  }

  /**
   * The work on a run got stuck.
   *
   * @param why a clause
   * @param wait until it is tried once more
   */
  public void stuck(String runId, String why, Duration wait) {
    durable.useTransaction(handle -> add(handle, runId, Suspicion.STUCK, why, wait));
  }

  private static Suspicion present(Handle handle, String runId) {
    return handle
        .createQuery("SELECT strikes FROM run WHERE id = :id")
        .bind("id", runId)
        .mapTo(Integer.class)
        .findOne()
        .map(Suspicion::of)
        .orElse(Suspicion.NONE);
  }

  private void add(Handle handle, String runId, Suspicion strike, String why, Duration wait) {
    Suspicion suspicion = present(handle, runId).after(strike);
    boolean isHeld = suspicion == Suspicion.HELD;
    String reason =
        why
            + (isHeld
                ? ", when the run was tried once more. It is held, and nothing of it is lost."
                    + " It is tried once more when the program starts with more memory (java"
                    + " -Xmx..., now "
                    + (present.memory() >> 20)
                    + "m) or in another version, or by --file for a file from the command line"
                : ". The run is tried once more, last"
                    + (suspicion.isTriedAlone() ? " and alone" : ""));
    handle.execute(
        "UPDATE run SET strikes = ?, held = CASE WHEN held = ? THEN held ELSE ? END, reason = ?,"
            + " next_try = ?, tries = tries + 1,"
            + " waits_for = NULL, tried_memory = ?, tried_version = ?, updated_at = ?"
            + " WHERE id = ? AND state NOT IN ('DELIVERED', 'FAILED') AND held <> 1",
        suspicion.number(),
        RunLedger.PAUSED,
        isHeld ? HELD : 0,
        Rows.shortened(reason),
        clock.millis() + wait.toMillis(),
        present.memory(),
        present.version(),
        clock.millis(),
        runId);
  }

  /**
   * Lets runs that are held for their strikes try once more if there is more memory now, or this is
   * another version.
   *
   * @return how many
   */
  public int retry() {
    return durable.inTransaction(
        handle ->
            handle.execute(
                "UPDATE run SET held = 0, strikes = ?, next_try = 0, updated_at = ? WHERE held = ?"
                    + " AND state NOT IN ('DELIVERED', 'FAILED')"
                    + " AND (tried_memory < ? OR tried_version <> ?)",
                Suspicion.ENDED.number(),
                clock.millis(),
                HELD,
                present.memory(),
                present.version()));
  }

  /** Lets one run that is held for its strikes try once more, because a person wants it. */
  public void retry(String runId) {
    durable.useTransaction(
        handle ->
            handle.execute(
                "UPDATE run SET held = 0, strikes = ?, next_try = 0, updated_at = ?"
                    + " WHERE held = ? AND id = ?",
                Suspicion.ENDED.number(),
                clock.millis(),
                HELD,
                runId));
  }
}
