package dev.geminibatch.ledger;

import dev.geminibatch.line.TokenEvidence;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.ModelPace;
import dev.geminibatch.run.RunState;
import dev.geminibatch.service.JobName;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.service.Tokens;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Writes down what happens to jobs, and finds them. Each method is one transaction. */
public final class JobLedger {
  /**
   * For what must outlive a power failure: that a job is about to be paid for, that somebody has
   * cancelled it.
   */
  private final Access durable;

  /** For everything else, which is found out again when a stage is run again. */
  private final Access quick;

  /** For lists. */
  private final Access reading;

  private final Moves moves;
  private final TokenFactors factors;
  private final Clock clock;

  JobLedger(LedgerDatabase database, Moves moves, TokenFactors factors, Clock clock) {
    this.factors = factors;
    this.durable = database.durable();
    this.quick = database.quick();
    this.reading = database.reading();
    this.moves = moves;
    this.clock = clock;
  }

  /** The jobs of a run, by number. */
  public List<Job> of(String runId) {
    return quick.withHandle(
        handle ->
            handle
                .createQuery("SELECT * FROM job WHERE run_id = :run ORDER BY number")
                .bind("run", runId)
                .map(row -> Rows.job(row))
                .list());
  }

  /** The jobs of a run that are not with the service, in the order of their turns. */
  public List<Job> unsent(String runId) {
    return quick.withHandle(
        handle ->
            handle
                .createQuery(
                    "SELECT * FROM job WHERE run_id = :run AND state IN ('ASSEMBLED', 'UPLOADED')"
                        + " ORDER BY COALESCE(turn, 0), number")
                .bind("run", runId)
                .map(row -> Rows.job(row))
                .list());
  }

  /** One job of a run, which must exist. */
  public Job job(String runId, int number) {
    return of(runId).stream().filter(job -> job.number() == number).findFirst().orElseThrow();
  }

  /** Jobs in a state, the oldest first. */
  public List<Job> inState(JobState state) {
    return reading.withHandle(
        handle ->
            handle
                .createQuery("SELECT * FROM job WHERE state = :state ORDER BY submitted_at, run_id")
                .bind("state", state.name())
                .map(row -> Rows.job(row))
                .list());
  }

  /** The open jobs that are in no pack, the oldest first. */
  public List<Job> openAlone() {
    return quick.withHandle(
        handle ->
            handle
                .createQuery(
                    "SELECT * FROM job WHERE state = 'OPEN' AND pack IS NULL"
                        + " ORDER BY submitted_at, run_id")
                .map(row -> Rows.job(row))
                .list());
  }

  /** How long the jobs of a model have taken that ended in the last day. */
  public ModelPace pace(String model) {
    return reading.withHandle(handle -> Turns.pace(handle, model, clock.instant()));
  }

  /** The job that the service knows by this name, if it is ours. */
  public Optional<Job> named(JobName name) {
    return quick.withHandle(
        handle ->
            handle
                .createQuery("SELECT * FROM job WHERE name = :name")
                .bind("name", name.value())
                .map(row -> Rows.job(row))
                .findFirst());
  }

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

  /**
   * Its pieces take the place of a job that was not sent, also in the order of turns, if it has a
   * turn; forced to the disk.
   *
   * @param steps how far behind each piece the next one stands
   */
  public void cut(Job job, List<Job> pieces, List<Double> steps) {
    durable.useTransaction(
        handle -> {
          OptionalDouble turn = Turns.turnOfPieces(handle, job);
          double behind = 0;
          for (int i = 0; i < pieces.size(); i++) {
            Job piece = pieces.get(i);
            handle.execute(
                "INSERT INTO job (run_id, number, attempt, model, requests, tokens_by_kind, tokens,"
                    + " state, creation, display_name, project, turn)"
                    + " SELECT run_id, ?, attempt, model, ?, ?, ?, 'ASSEMBLED', creation, ?,"
                    + " project, ?"
                    + " FROM job WHERE run_id = ? AND number = ?",
                piece.number(),
                piece.requests(),
                piece.size().estimated().text(),
                piece.size().tokens(),
                piece.displayName(),
                turn.isPresent() ? turn.getAsDouble() + behind : null,
                job.runId(),
                job.number());
            behind += steps.get(i);
          }
          int cut =
              handle.execute(
                  "DELETE FROM job WHERE run_id = ? AND number = ? AND pack IS NULL"
                      + " AND state IN ('ASSEMBLED', 'UPLOADED')",
                  job.runId(),
                  job.number());
          if (cut == 0) {
            throw new IllegalStateException(
                "Job " + job.number() + " of run " + job.runId() + " cannot be cut any more");
          }
        });
  }

  /** It was found out how much it asks for. */
  public void sized(Job job, Job.Size size) {
    quick.useTransaction(
        handle ->
            handle.execute(
                "UPDATE job SET tokens_by_kind = ?, tokens = ? WHERE run_id = ? AND number = ?",
                size.estimated().text(),
                size.tokens(),
                job.runId(),
                job.number()));
  }

  /** Its file is with the service. */
  public void uploaded(Job job, ProjectId project, String inputFile) {
    move(job, JobState.UPLOADED, "project = ?, input_file = ?", project.value(), inputFile);
  }

  /** Its file is not with the service any more, but still here. */
  public void notUploaded(Job job) {
    move(job, JobState.ASSEMBLED, "input_file = NULL");
  }

  /**
   * The job is about to be created.
   *
   * @param room what the open jobs of its project may come to with it
   * @return false if somebody else is at it or there is no room: whoever gets false must not create
   *     it
   */
  public boolean creating(Job job, CreationQueue.Room room) {
    return durable.inTransaction(handle -> moves.toCreating(handle, job, room));
  }

  /** The call to create it ended without a clear answer, just now. */
  public void creationUnclear(Job job) {
    change(job, "creating_at = ?", clock.millis());
  }

  /** The service has certainly not created it. */
  public void notCreated(Job job) {
    move(job, JobState.UPLOADED, "creating_at = NULL");
  }

  /** The service has created it. */
  public void opened(Job job, JobName name, String remoteState) {
    move(
        job,
        JobState.OPEN,
        "name = ?, remote_state = ?, submitted_at = ?",
        name.value(),
        remoteState,
        clock.millis());
  }

  /** It was polled and has not ended. */
  public void seen(Job job, String remoteState, boolean isRunning) {
    change(
        job,
        "remote_state = ?, started_at = COALESCE(started_at, ?)",
        remoteState,
        isRunning ? clock.millis() : null);
  }

  /** The job hangs; the service was asked to cancel it. */
  public void givenUp(Job job) {
    change(job, "given_up_at = ?", clock.millis());
  }

  /** A person has cancelled the job, if it is ours. */
  public void cancelAsked(JobName name) {
    durable.useTransaction(
        handle -> handle.execute("UPDATE job SET cancel_asked = 1 WHERE name = ?", name.value()));
  }

  /** The service took the job and ended it at once for lack of quota: it is created once more. */
  public void toBeCreatedAgain(Job job, CreationQueue.Place place) {
    quick.useTransaction(
        handle -> {
          moves.job(
              handle,
              job,
              JobState.UPLOADED,
              "name = NULL, remote_state = NULL, creating_at = NULL, submitted_at = NULL,"
                  + " started_at = NULL, given_up_at = NULL, creation = creation + 1,"
                  + " display_name = ?",
              job.displayName(job.creation() + 1));
          moves.run(handle, job.runId(), RunState.ASSEMBLED);
          RunLedger.queued(handle, job.runId(), place, clock.millis());
        });
  }

  /**
   * The job is over, in whatever way.
   *
   * @param remoteState the service's word for how it ended, or ours
   * @param responsesFile null if it has no answers
   * @param reason null if there is nothing to explain
   */
  public void ended(Job job, String remoteState, String responsesFile, String reason) {
    move(
        job,
        JobState.ENDED,
        "remote_state = ?, responses_file = ?, reason = ?, ended_at = ?",
        remoteState,
        responsesFile,
        Rows.shortened(reason),
        clock.millis());
  }

  /** Its answers are on disk and matched. */
  public void collected(Job job, long answered, long failed, Tokens tokens) {
    collected(job, answered, failed, tokens, new TokenEvidence());
  }

  /**
   * Likewise.
   *
   * @param evidence what the service counted for its requests
   */
  public void collected(
      Job job, long answered, long failed, Tokens tokens, TokenEvidence evidence) {
    quick.useTransaction(
        handle -> {
          moves.alone(
              handle,
              job,
              JobState.COLLECTED,
              "answered = ?, failed = ?, tokens_in = ?, tokens_out = ?,"
                  + " tokens_thought = ?, tokens_cached = ?",
              answered,
              failed,
              tokens.in(),
              tokens.out(),
              tokens.thought(),
              tokens.cached());
          factors.learn(handle, job.model(), evidence);
        });
  }

  private void change(Job job, String assignments, Object... values) {
    quick.useTransaction(handle -> moves.change(handle, job, assignments, values));
  }

  private void move(Job job, JobState state, String assignments, Object... values) {
    quick.useTransaction(handle -> moves.job(handle, job, state, assignments, values));
  }
}
