package dev.geminibatch.ledger;

import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import java.time.Clock;

/** The marks that a job is about to be created, and who has made them. */
public final class CreationMarks {
  private final Access quick;
  private final Moves moves;
  private final Clock clock;

  CreationMarks(LedgerDatabase database, Moves moves, Clock clock) {
    this.quick = database.quick();
    this.moves = moves;
    this.clock = clock;
  }

  /** Whether the mark of a job is of an earlier owner of its run, or from before a move. */
  public boolean isOfAnother(Job job) {
    return quick
        .withHandle(
            handle ->
                handle
                    .select(
                        "SELECT job.fence FROM job JOIN run ON run.id = job.run_id"
                            + " WHERE run_id = ? AND number = ? AND job.fence <> run.fence",
                        job.runId(),
                        job.number())
                    .mapTo(Long.class)
                    .findFirst())
        .isPresent();
  }

  /** The mark is ours now, made just now; its file is not with the service any more. */
  public void takenOver(Job job) {
    quick.useTransaction(
        handle ->
            moves.change(
                handle, job, "input_file = NULL, creating_at = ?" + Moves.MARK, clock.millis()));
  }

  /**
   * After {@link #takenOver}: the service has certainly not created it. It is sent under other
   * names, so that a call that comes even later finds nothing that it names.
   */
  public void notCreated(Job job) {
    quick.useTransaction(
        handle -> {
          moves.again(handle, job, "creating_at = NULL");
          moves.job(handle, job, JobState.ASSEMBLED, "input_file = NULL");
        });
  }
}
