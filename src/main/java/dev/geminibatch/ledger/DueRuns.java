package dev.geminibatch.ledger;

import dev.geminibatch.run.Run;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;

/**
 * Finds the runs that have something to do. What a query takes depends on these, and not on how
 * many runs merely wait or are finished.
 */
public final class DueRuns {
  private final Access reading;
  private final Fences fences;

  DueRuns(LedgerDatabase database, Fences fences) {
    this.reading = database.reading();
    this.fences = fences;
  }

  /**
   * Runs that can continue, the oldest first, except for those that follow others and those that
   * only wait for room.
   *
   * @param started a wait that began before is over
   * @param isBusy those that are worked on, or queue for it, are left out unless they have strikes:
   *     they may be thousands, and to read them all would take most of a tick
   */
  public List<Run> mayGoOn(Instant now, Instant started, Predicate<String> isBusy) {
    return RunQueries.select(
        reading,
        Rows.OURS_OR_FREE
            + """
         AND dry_run = 0 AND held = 0
          AND (state IN ('RECEIVED', 'INSPECTED', 'UPLOADED', 'COLLECTED')
              AND (next_try <= :now OR updated_at < :started)
            OR state = 'ASSEMBLED' AND waits_for IS NULL
              AND (next_try <= :now OR updated_at < :started)
            OR state = 'ASSEMBLED' AND waits_for IS NOT NULL
              AND id IN (SELECT run_id FROM job
                WHERE job.state = 'ENDED' OR job.state = 'CREATING' AND job.pack IS NULL)
            OR state = 'SUBMITTED' AND (next_try <= :now OR updated_at < :started)
              AND (id IN (SELECT run_id FROM job WHERE state = 'ENDED')
                OR NOT EXISTS (SELECT 1 FROM job
                  WHERE run_id = run.id AND job.state <> 'COLLECTED')))
        ORDER BY created_at, id""",
        query ->
            fences
                .bind(query)
                .bind("now", now.toEpochMilli())
                .bind("started", started.toEpochMilli()),
        isBusy.negate());
  }

  /**
   * Of these, those with a job that has ended, the oldest first: mostly few, however many others
   * are worked on.
   */
  public List<Run> haveEnded(Instant now, Instant started, Predicate<String> isBusy) {
    return RunQueries.select(
        reading,
        Rows.OURS_OR_FREE
            + """
         AND dry_run = 0 AND held = 0
          AND (state = 'ASSEMBLED' AND waits_for IS NOT NULL
            OR state = 'SUBMITTED' AND (next_try <= :now OR updated_at < :started))
          AND id IN (SELECT run_id FROM job WHERE state = 'ENDED')
        ORDER BY created_at, id""",
        query ->
            fences
                .bind(query)
                .bind("now", now.toEpochMilli())
                .bind("started", started.toEpochMilli()),
        isBusy.negate());
  }

  /** The unfinished runs that a person has paused or cancelled, the oldest first. */
  public List<Run> stopped() {
    return RunQueries.select(
        reading,
        "(held = :paused OR cancelled = 1) AND dry_run = 0 AND state IN "
            + Rows.UNFINISHED
            + " ORDER BY created_at, id",
        query -> query.bind("paused", RunLedger.PAUSED));
  }

  /**
   * Of them, those that have something to do, except for those that follow others: a paused run
   * whose jobs have ended or may have been created, or that has all answers, and a cancelled run
   * with more than open jobs.
   *
   * @param started a wait that began before is over
   */
  public List<Run> stoppedMayGoOn(Instant now, Instant started) {
    return RunQueries.select(
        reading,
        Rows.OURS_OR_FREE
            + """
         AND (held = :paused OR cancelled = 1 AND held = 0) AND dry_run = 0
          AND (next_try <= :now OR updated_at < :started)
          AND (state = 'COLLECTED'
            OR state IN ('RECEIVED', 'INSPECTED', 'UPLOADED') AND cancelled = 1
            OR state = 'ASSEMBLED' AND cancelled = 1
              AND NOT EXISTS (SELECT 1 FROM job WHERE run_id = run.id
                AND job.state NOT IN ('OPEN', 'COLLECTED'))
            OR state IN ('ASSEMBLED', 'SUBMITTED') AND EXISTS (SELECT 1 FROM job
              WHERE run_id = run.id AND (job.state IN ('ENDED', 'CREATING')
                OR job.state IN ('ASSEMBLED', 'UPLOADED') AND run.cancelled = 1))
            OR state = 'SUBMITTED' AND NOT EXISTS (SELECT 1 FROM job
              WHERE run_id = run.id AND job.state <> 'COLLECTED'))
        ORDER BY created_at, id""",
        query ->
            fences
                .bind(query)
                .bind("paused", RunLedger.PAUSED)
                .bind("now", now.toEpochMilli())
                .bind("started", started.toEpochMilli()));
  }
}
