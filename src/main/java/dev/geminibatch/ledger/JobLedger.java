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
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Writes down what happens to jobs, and finds them. Each method is one transaction. */
public final class JobLedger {
  /** SQLite takes more; a page does not show as many. */
  private static final int MOST_RUNS = 500;

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
  private final Daily daily;
  private final Clock clock;

  JobLedger(LedgerDatabase database, Moves moves, TokenFactors factors, Daily daily, Clock clock) {
    this.factors = factors;
    this.daily = daily;
    this.durable = database.durable();
    this.quick = database.quick();
    this.reading = database.reading();
    this.moves = moves;
    this.clock = clock;
  }

  /** The jobs of a run, by number. */
  public List<Job> of(String runId) {
    return find(quick, "run_id = :run ORDER BY number", query -> query.bind("run", runId));
  }

  /**
   * The same of several runs, for a page that shows them; a run without jobs has none in it.
   *
   * @param runIds 500 at the most
   */
  public Map<String, List<Job>> of(Collection<String> runIds) {
    if (runIds.size() > MOST_RUNS) {
      throw new IllegalArgumentException(runIds.size() + " runs are too many at once");
    }
    if (runIds.isEmpty()) {
      return Map.of();
    }
    String each = String.join(", ", Collections.nCopies(runIds.size(), "?"));
    return find(
            reading,
            "run_id IN (" + each + ") ORDER BY run_id, number",
            query -> query.bindAll(runIds.toArray()))
        .stream()
        .collect(Collectors.groupingBy(Job::runId));
  }

  /** The jobs of a run that are not with the service, in the order of their turns. */
  public List<Job> unsent(String runId) {
    return find(
        quick,
        "run_id = :run AND state IN ('ASSEMBLED', 'UPLOADED') ORDER BY COALESCE(turn, 0), number",
        query -> query.bind("run", runId));
  }

  /** One job of a run, which must exist. */
  public Job job(String runId, int number) {
    return of(runId).stream().filter(job -> job.number() == number).findFirst().orElseThrow();
  }

  /** Jobs in a state, the oldest first. */
  public List<Job> inState(JobState state) {
    return find(
        reading,
        "state = :state ORDER BY submitted_at NULLS FIRST, run_id",
        query -> query.bind("state", state.name()));
  }

  /** The open jobs that are in no pack, the oldest first. */
  public List<Job> openAlone() {
    return find(
        quick,
        "state = 'OPEN' AND pack IS NULL ORDER BY submitted_at NULLS FIRST, run_id",
        query -> {});
  }

  /** How long the jobs of a model have taken that ended in the last day. */
  public ModelPace pace(String model) {
    return reading.withHandle(handle -> Turns.pace(handle, model, clock.instant()));
  }

  /** The job that the service knows by this name, if it is ours. */
  public Optional<Job> named(JobName name) {
    return find(quick, "name = :name", query -> query.bind("name", name.value())).stream()
        .findFirst();
  }

  private static List<Job> find(Access access, String condition, Consumer<Query> parameters) {
    return access.withHandle(
        handle -> {
          Query query = handle.createQuery("SELECT * FROM job WHERE " + condition);
          parameters.accept(query);
          return query.map(row -> Rows.job(row)).list();
        });
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
          moves.fences().require(handle, job.runId());
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
        handle -> {
          moves.fences().require(handle, job.runId());
          handle.execute(
              "UPDATE job SET tokens_by_kind = ?, tokens = ? WHERE run_id = ? AND number = ?",
              size.estimated().text(),
              size.tokens(),
              job.runId(),
              job.number());
        });
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

  /** It was polled and has not ended; of its requests nothing new was said. */
  public void seen(Job job, String remoteState, boolean isRunning) {
    seen(job, remoteState, isRunning, Optional.empty());
  }

  /**
   * Likewise.
   *
   * @param done what the service has counted of its requests, if it says so
   */
  public void seen(Job job, String remoteState, boolean isRunning, Optional<Job.Done> done) {
    change(
        job,
        "remote_state = ?, started_at = COALESCE(started_at, ?), done = COALESCE(?, done),"
            + " done_failed = COALESCE(?, done_failed)",
        remoteState,
        isRunning ? clock.millis() : null,
        done.map(Job.Done::answered).orElse(null),
        done.map(Job.Done::failed).orElse(null));
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
          moves.again(
              handle,
              job,
              "name = NULL, remote_state = NULL, creating_at = NULL, submitted_at = NULL,"
                  + " started_at = NULL, given_up_at = NULL, done = NULL, done_failed = NULL");
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
          daily.add(handle, job, new Job.Outcome(answered, failed, tokens));
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
