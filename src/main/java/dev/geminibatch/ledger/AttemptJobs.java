package dev.geminibatch.ledger;

import dev.geminibatch.run.Job;
import java.util.List;

/** The jobs that an attempt of a run is made of. */
final class AttemptJobs {
  private AttemptJobs() {}

  /** Replaces the jobs of an attempt. */
  static void replace(Handle handle, String runId, int attempt, List<Job> jobs) {
    // A name that a job of an earlier assembly was created under must not come again.
    int creations =
        handle
            .createQuery(
                "SELECT COALESCE(MAX(creation), 0) FROM job"
                    + " WHERE run_id = :run AND attempt = :attempt")
            .bind("run", runId)
            .bind("attempt", attempt)
            .mapTo(Integer.class)
            .one();
    int creation = creations > 1 ? creations + 1 : 1;
    if (creations > 0) {
      handle.execute("DELETE FROM job WHERE run_id = ? AND attempt = ?", runId, attempt);
    }
    for (Job job : jobs) {
      handle.execute(
          "INSERT INTO job (run_id, number, attempt, model, requests, tokens_by_kind, tokens,"
              + " state, creation, display_name) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
          runId,
          job.number(),
          job.attempt(),
          job.model(),
          job.requests(),
          job.size().estimated().text(),
          job.size().tokens(),
          job.state().name(),
          creation,
          creation == 1 ? job.displayName() : job.displayName(creation));
    }
  }

  /** How many jobs of a run are not with the service yet. */
  static int countUnsubmitted(Handle handle, String runId) {
    return handle
        .createQuery(
            "SELECT COUNT(*) FROM job WHERE run_id = :run"
                + " AND state IN ('ASSEMBLED', 'UPLOADED', 'CREATING')")
        .bind("run", runId)
        .mapTo(Integer.class)
        .one();
  }
}
