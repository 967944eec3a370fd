package dev.geminibatch.ledger;

import dev.geminibatch.run.Run;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Jdbi;

/**
 * Finds the runs that have something to do. What a query takes depends on these, and not on how
 * many runs merely wait or are finished.
 */
public final class DueRuns {
  private final Jdbi jdbi;

  DueRuns(LedgerDatabase database) {
    this.jdbi = database.quick();
  }

  /**
   * Runs that can continue, the oldest first, except for those that follow others and those that
   * only wait for room.
   *
   * @param started a wait that began before is over
   */
  public List<Run> mayGoOn(Instant now, Instant started) {
    return RunQueries.select(
        jdbi,
        """
        dry_run = 0 AND held = 0
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
        query -> query.bind("now", now.toEpochMilli()).bind("started", started.toEpochMilli()));
  }
}
