package dev.geminibatch.ledger;

import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunState;
import dev.geminibatch.service.Tokens;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.Query;

/** The record of every run and every job. Each method is one transaction. */
public final class Ledger {
  private static final String RUNS =
      """
      SELECT run.*, CASE WHEN EXISTS (
        SELECT 1 FROM job WHERE job.run_id = run.id
          AND job.state NOT IN ('ASSEMBLED', 'UPLOADED')) THEN 1 ELSE 0 END AS paid
      FROM run""";

  /** The states of runs that are not finished, as a list in SQL. */
  private static final String UNFINISHED =
      RunState.unfinished().stream()
          .map(state -> "'" + state + "'")
          .collect(Collectors.joining(", ", "(", ")"));

  private static final String NEEDED_FILES =
      """
      SELECT u.name FROM upload u JOIN media m ON m.sha256 = u.sha256
      WHERE u.project = :project AND m.run_id IN (SELECT id FROM run WHERE state IN %1$s)
      UNION SELECT input_file FROM job
      WHERE input_file IS NOT NULL
        AND run_id IN (SELECT id FROM run WHERE state IN %1$s)"""
          .formatted(UNFINISHED);

  /**
   * For what must outlive a power failure: that an input was taken, that a job is about to be paid
   * for, that somebody has cancelled it, that results were delivered.
   */
  private final Jdbi safe;

  /** For everything else, which is found out again when a stage is run again. */
  private final Jdbi jdbi;

  private final Clock clock;

  public Ledger(LedgerDatabase database, Clock clock) {
    this.safe = database.jdbi();
    this.jdbi = database.quickJdbi();
    this.clock = clock;
  }

  /** Writes down a new run, before its input is touched. */
  public void add(Run run) {
    safe.useTransaction(
        handle ->
            handle
                .createUpdate(
                    """
                    INSERT INTO run (id, name, profile, source, from_inbox, output, model, media_root,
                      display_name, forced, dry_run, state, created_at, updated_at)
                    VALUES (:id, :name, :profile, :source, :fromInbox, :output, :model, :mediaRoot,
                      :displayName, :forced, :dryRun, :state, :now, :now)""")
                .bind("id", run.id())
                .bind("name", run.name())
                .bind("profile", run.profile())
                .bind("source", run.source().toString())
                .bind("fromInbox", run.fromInbox() ? 1 : 0)
                .bind("output", run.output().map(Path::toString).orElse(null))
                .bind("model", run.model())
                .bind("mediaRoot", run.mediaRoot().toString())
                .bind("displayName", run.displayName())
                .bind("forced", run.forced() ? 1 : 0)
                .bind("dryRun", run.isDryRun() ? 1 : 0)
                .bind("state", run.state().name())
                .bind("now", now())
                .execute());
  }

  /** Forgets a run with its jobs and files, one that was never to be sent or is long over. */
  public void remove(String runId) {
    jdbi.useTransaction(handle -> remove(handle, runId));
  }

  private static void remove(Handle handle, String runId) {
    handle.execute("DELETE FROM media WHERE run_id = ?", runId);
    handle.execute("DELETE FROM job WHERE run_id = ?", runId);
    handle.execute("DELETE FROM run WHERE id = ?", runId);
  }

  /**
   * Forgets runs that were finished before a time, but for those that others still follow.
   *
   * @return them
   */
  public List<Run> removeFinishedBefore(Instant time, int most) {
    return jdbi.inTransaction(
        handle -> {
          List<Run> runs =
              handle
                  .createQuery(
                      RUNS
                          + """

                      WHERE state IN ('DELIVERED', 'FAILED') AND updated_at < :time
                        AND NOT EXISTS (SELECT 1 FROM run AS follower
                          WHERE follower.leader = run.id
                            AND follower.state NOT IN ('DELIVERED', 'FAILED'))
                      ORDER BY updated_at LIMIT :most""")
                  .bind("time", time.toEpochMilli())
                  .bind("most", most)
                  .map((row, context) -> run(row))
                  .list();
          runs.forEach(run -> remove(handle, run.id()));
          return runs;
        });
  }

  /** References that no service knows any more are of no use. */
  public void forgetUploadsDeadBefore(Instant time) {
    jdbi.useTransaction(
        handle -> handle.execute("DELETE FROM upload WHERE expires_at < ?", time.toEpochMilli()));
  }

  /** The run, which must exist. */
  public Run run(String runId) {
    return find(runId)
        .orElseThrow(() -> new IllegalStateException("The ledger has no run " + runId));
  }

  public Optional<Run> find(String runId) {
    return runs("id = :id", query -> query.bind("id", runId)).stream().findFirst();
  }

  private List<Run> runs(String condition, Consumer<Query> parameters) {
    return jdbi.withHandle(
        handle -> {
          Query query = handle.createQuery(RUNS + " WHERE " + condition);
          parameters.accept(query);
          return query.map((row, context) -> run(row)).list();
        });
  }

  /** The newest run of an input of this name. */
  public Optional<Run> lastOf(String name) {
    return runs(
            "name = :name ORDER BY created_at DESC, id DESC LIMIT 1",
            query -> query.bind("name", name))
        .stream()
        .findFirst();
  }

  /** The newest runs, unfinished ones before all others. */
  public List<Run> recent(int most) {
    List<Run> recent = new ArrayList<>(newest("IN", most));
    if (recent.size() < most) {
      recent.addAll(newest("NOT IN", most - recent.size()));
    }
    return recent;
  }

  private List<Run> newest(String inOrNotIn, int most) {
    return runs(
        "dry_run = 0 AND state "
            + inOrNotIn
            + " "
            + UNFINISHED
            + " ORDER BY created_at DESC LIMIT :most",
        query -> query.bind("most", most));
  }

  /** Runs that are only looked at. */
  public List<Run> dryRuns() {
    return runs("dry_run = 1", query -> {});
  }

  /** All runs that are not finished, the oldest first. */
  public List<Run> unfinished() {
    return runs("state IN " + UNFINISHED + " ORDER BY created_at, id", query -> {});
  }

  /** All runs in a state, the oldest first. */
  public List<Run> inState(RunState state) {
    return runs(
        "state = :state ORDER BY created_at, id", query -> query.bind("state", state.name()));
  }

  /** The runs with jobs that the service may be working on. */
  public List<Run> withOpenJobs() {
    return runs(
        """
        id IN (SELECT run_id FROM job WHERE state = 'OPEN')
          AND state IN ('ASSEMBLED', 'SUBMITTED')""",
        query -> {});
  }

  /**
   * Runs for which there is something to do, the oldest first: but for those that follow others and
   * those that only wait for room.
   *
   * @param started a wait that began before is over
   */
  public List<Run> mayGoOn(Instant now, Instant started) {
    return runs(
        """
        dry_run = 0 AND held = 0
          AND (state IN ('RECEIVED', 'INSPECTED', 'UPLOADED', 'COLLECTED')
              AND (next_try <= :now OR updated_at < :started)
            OR state = 'ASSEMBLED' AND waits_for IS NULL
              AND (next_try <= :now OR updated_at < :started)
            OR state = 'ASSEMBLED' AND waits_for IS NOT NULL
              AND id IN (SELECT run_id FROM job WHERE job.state IN ('ENDED', 'CREATING'))
            OR state = 'SUBMITTED' AND (next_try <= :now OR updated_at < :started)
              AND (id IN (SELECT run_id FROM job WHERE state = 'ENDED')
                OR NOT EXISTS (SELECT 1 FROM job
                  WHERE run_id = run.id AND job.state <> 'COLLECTED')))
        ORDER BY created_at, id""",
        query -> query.bind("now", now.toEpochMilli()).bind("started", started.toEpochMilli()));
  }

  /**
   * Runs that wait to create a job and may try it now, the oldest first.
   *
   * @param after the last one of the page before; empty for the first page
   */
  public List<Run> waiting(Instant now, Instant started, Optional<Run> after, int most) {
    return runs(
        """
        waits_for IS NOT NULL AND state = 'ASSEMBLED' AND dry_run = 0 AND held = 0
          AND (next_try <= :now OR updated_at < :started)
          AND (created_at > :created OR created_at = :created AND id > :id)
        ORDER BY created_at, id LIMIT :most""",
        query ->
            query
                .bind("now", now.toEpochMilli())
                .bind("started", started.toEpochMilli())
                .bind("created", after.map(run -> run.created().toEpochMilli()).orElse(-1L))
                .bind("id", after.map(Run::id).orElse(""))
                .bind("most", most));
  }

  /** The runs that others still follow although they are finished, or gone. */
  public Set<String> endedLeaders() {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT DISTINCT run.leader FROM run
                      LEFT JOIN run AS leading ON leading.id = run.leader
                    WHERE run.state = 'FOLLOWING'
                      AND (leading.id IS NULL OR leading.state IN ('DELIVERED', 'FAILED'))""")
                .mapTo(String.class)
                .collect(Collectors.toSet()));
  }

  /**
   * Moves a run to its next state; the tries of the stage behind it are forgotten.
   *
   * @throws IllegalStateException when there is no such move
   */
  public void moveTo(String runId, RunState state) {
    jdbi.useTransaction(handle -> moveTo(handle, runId, state));
  }

  private void moveTo(Handle handle, String runId, RunState state) {
    RunState present =
        RunState.valueOf(
            handle
                .createQuery("SELECT state FROM run WHERE id = :id")
                .bind("id", runId)
                .mapTo(String.class)
                .one());
    if (!present.mayBecome(state)) {
      throw new IllegalStateException(
          "Run " + runId + " is " + present + " and cannot become " + state);
    }
    handle.execute(
        "UPDATE run SET state = ?, reason = NULL, tries = 0, next_try = 0, waits_for = NULL,"
            + " updated_at = ? WHERE id = ?",
        state.name(),
        now(),
        runId);
  }

  /** The input is ours now. */
  public void received(String runId, long inputSize, long inputModified) {
    jdbi.useTransaction(
        handle -> {
          handle.execute(
              "UPDATE run SET input_size = ?, input_modified = ? WHERE id = ?",
              inputSize,
              inputModified,
              runId);
          moveTo(handle, runId, RunState.RECEIVED);
        });
  }

  /**
   * The lines have been counted; if another run has the same content, this one follows it.
   *
   * @return the run to follow, if any
   */
  public Optional<String> inspected(
      String runId, String fingerprint, long requests, long rejected, boolean mayFollow) {
    return jdbi.inTransaction(
        handle -> {
          Optional<String> leader =
              mayFollow ? leader(handle, runId, fingerprint) : Optional.empty();
          handle.execute(
              "UPDATE run SET fingerprint = ?, requests = ?, rejected = ?, leader = ? WHERE id = ?",
              fingerprint,
              requests,
              rejected,
              leader.orElse(null),
              runId);
          moveTo(handle, runId, leader.isPresent() ? RunState.FOLLOWING : RunState.INSPECTED);
          return leader;
        });
  }

  /** A run with the same content that has answers, or is about to get them. */
  public Optional<String> answeredBefore(String runId, String fingerprint) {
    return jdbi.withHandle(handle -> leader(handle, runId, fingerprint));
  }

  private static Optional<String> leader(Handle handle, String runId, String fingerprint) {
    return handle
        .createQuery(
            """
            SELECT id FROM run
            WHERE fingerprint = :fingerprint AND id <> :id AND leader IS NULL
              AND dry_run = 0 AND state <> 'FAILED' AND (state <> 'DELIVERED' OR answered > 0)
            ORDER BY created_at DESC, id LIMIT 1""")
        .bind("fingerprint", fingerprint)
        .bind("id", runId)
        .mapTo(String.class)
        .findOne();
  }

  /**
   * The run that this one followed has failed. It is inspected once more, and follows another one
   * with the same content if there is one, or else goes its own way.
   */
  public void followAnother(String runId) {
    jdbi.useTransaction(
        handle -> {
          handle.execute("UPDATE run SET leader = NULL WHERE id = ?", runId);
          moveTo(handle, runId, RunState.RECEIVED);
        });
  }

  /**
   * Every job is with the service; unless one has come back in the meantime, to be created again.
   */
  public void submitted(String runId) {
    jdbi.useTransaction(
        handle -> {
          int left =
              handle
                  .createQuery(
                      "SELECT COUNT(*) FROM job WHERE run_id = :run"
                          + " AND state IN ('ASSEMBLED', 'UPLOADED', 'CREATING')")
                  .bind("run", runId)
                  .mapTo(Integer.class)
                  .one();
          if (left == 0) {
            moveTo(handle, runId, RunState.SUBMITTED);
          }
        });
  }

  public void uploaded(String runId, long uploadsNew, long uploadsReused) {
    jdbi.useTransaction(
        handle -> {
          handle.execute(
              "UPDATE run SET uploads_new = uploads_new + ?, uploads_reused = ? WHERE id = ?",
              uploadsNew,
              uploadsReused,
              runId);
          moveTo(handle, runId, RunState.UPLOADED);
        });
  }

  /** The files of an attempt's jobs are on disk; replaces what was assembled for it before. */
  public void assembled(String runId, int attempt, List<Job> jobs, long rejected) {
    jdbi.useTransaction(
        handle -> {
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
          handle.execute("DELETE FROM job WHERE run_id = ? AND attempt = ?", runId, attempt);
          for (Job job : jobs) {
            handle.execute(
                "INSERT INTO job (run_id, number, attempt, model, requests, state, creation,"
                    + " display_name) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                runId,
                job.number(),
                job.attempt(),
                job.model(),
                job.requests(),
                job.state().name(),
                creation,
                creation == 1 ? job.displayName() : job.displayName(creation));
          }
          if (attempt == 1) {
            handle.execute("UPDATE run SET rejected = ? WHERE id = ?", rejected, runId);
          }
          moveTo(handle, runId, RunState.ASSEMBLED);
        });
  }

  /** Lines without an answer are to be sent once more. */
  public void sendAgain(String runId, int attempt) {
    jdbi.useTransaction(
        handle -> {
          handle.execute("UPDATE run SET attempt = ? WHERE id = ?", attempt, runId);
          moveTo(handle, runId, RunState.INSPECTED);
        });
  }

  /** A person has cancelled the job, if it is ours. */
  public void cancelAsked(String jobName) {
    safe.useTransaction(
        handle -> handle.execute("UPDATE job SET cancel_asked = 1 WHERE name = ?", jobName));
  }

  /**
   * Decides where the results go.
   *
   * @return false if another run has been promised this results file
   */
  public boolean promiseOutput(String runId, Path output) {
    return safe.inTransaction(
        handle ->
            handle.execute(
                    """
                    UPDATE run SET output = ? WHERE id = ?
                      AND NOT EXISTS (SELECT 1 FROM run AS other WHERE other.output = ?)""",
                    output.toString(),
                    runId,
                    output.toString())
                > 0);
  }

  public void delivered(String runId, long answered) {
    safe.useTransaction(
        handle -> {
          handle.execute("UPDATE run SET answered = ? WHERE id = ?", answered, runId);
          moveTo(handle, runId, RunState.DELIVERED);
        });
  }

  public void failed(String runId, String reason) {
    safe.useTransaction(
        handle -> {
          moveTo(handle, runId, RunState.FAILED);
          handle.execute("UPDATE run SET reason = ? WHERE id = ?", shortened(reason), runId);
        });
  }

  /** The present stage did not come through; it will be tried again. */
  public void parked(String runId, String reason, Duration wait) {
    jdbi.useTransaction(
        handle ->
            handle.execute(
                "UPDATE run SET reason = ?, tries = tries + 1, next_try = ?, waits_for = NULL,"
                    + " updated_at = ? WHERE id = ?",
                shortened(reason),
                now() + wait.toMillis(),
                now(),
                runId));
  }

  /** The run stays where it is until it is released. */
  public void hold(String runId, String reason) {
    jdbi.useTransaction(
        handle ->
            handle.execute(
                "UPDATE run SET held = 1, reason = ?, waits_for = NULL, updated_at = ?"
                    + " WHERE id = ? AND state NOT IN ('DELIVERED', 'FAILED')",
                shortened(reason),
                now(),
                runId));
  }

  /** What is held may go on. */
  public int release() {
    return jdbi.inTransaction(
        handle ->
            handle.execute(
                "UPDATE run SET held = 0, reason = NULL, next_try = 0, updated_at = ?"
                    + " WHERE held = 1 AND state NOT IN ('DELIVERED', 'FAILED')",
                now()));
  }

  /** The run waits in the queue of those that want to create a job. */
  public void queued(String runId, CreationQueue.Place place) {
    jdbi.useTransaction(handle -> queued(handle, runId, place));
  }

  private void queued(Handle handle, String runId, CreationQueue.Place place) {
    handle.execute(
        "UPDATE run SET reason = ?, tries = tries + ?, next_try = ?, waits_for = ?,"
            + " waits_project = ?, waits_model = ?, waits_seen = ?, updated_at = ? WHERE id = ?",
        shortened(place.reason()),
        place.isRefusal() ? 1 : 0,
        now() + place.time().toMillis(),
        place.kind().name(),
        place.project(),
        place.model(),
        now(),
        now(),
        runId);
  }

  public List<Job> jobs(String runId) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery("SELECT * FROM job WHERE run_id = :run ORDER BY number")
                .bind("run", runId)
                .map((row, context) -> job(row))
                .list());
  }

  /** One job of a run, which must exist. */
  public Job job(String runId, int number) {
    return jobs(runId).stream().filter(job -> job.number() == number).findFirst().orElseThrow();
  }

  /** Jobs in a state, the oldest first. */
  public List<Job> jobs(JobState state) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery("SELECT * FROM job WHERE state = :state ORDER BY submitted_at, run_id")
                .bind("state", state.name())
                .map((row, context) -> job(row))
                .list());
  }

  /** The job that the service knows by this name, if it is ours. */
  public Optional<Job> jobNamed(String name) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery("SELECT * FROM job WHERE name = :name")
                .bind("name", name)
                .map((row, context) -> job(row))
                .findFirst());
  }

  public void jobUploaded(Job job, String project, String inputFile) {
    moveJob(job, JobState.UPLOADED, "project = ?, input_file = ?", project, inputFile);
  }

  /** Its file is not with the service any more, but still here. */
  public void jobNotUploaded(Job job) {
    moveJob(job, JobState.ASSEMBLED, "input_file = NULL");
  }

  /**
   * The job is about to be created.
   *
   * @param maxOpen how many of the project may be open at the most
   * @return false if somebody else is at it or there is no room: whoever gets false must not create
   *     it
   */
  public boolean jobCreating(Job job, int maxOpen) {
    return safe.inTransaction(
        handle ->
            handle.execute(
                    """
                    UPDATE job SET state = 'CREATING', creating_at = ?
                    WHERE run_id = ? AND number = ? AND state = 'UPLOADED' AND ? > (
                      SELECT COUNT(*) FROM job AS other
                      WHERE other.state IN ('CREATING', 'OPEN') AND other.project = job.project)""",
                    now(),
                    job.runId(),
                    job.number(),
                    maxOpen)
                == 1);
  }

  /** The call to create it ended without a clear answer, just now. */
  public void jobCreationUnclear(Job job) {
    changeJob(job, "creating_at = ?", now());
  }

  /** The service has certainly not created it. */
  public void jobNotCreated(Job job) {
    moveJob(job, JobState.UPLOADED, "creating_at = NULL");
  }

  public void jobOpen(Job job, String name, String remoteState) {
    moveJob(
        job,
        JobState.OPEN,
        "name = ?, remote_state = ?, submitted_at = ?",
        name,
        remoteState,
        now());
  }

  public void jobSeen(Job job, String remoteState, boolean isRunning) {
    changeJob(
        job,
        "remote_state = ?, started_at = COALESCE(started_at, ?)",
        remoteState,
        isRunning ? now() : null);
  }

  /** The job hangs; the service was asked to cancel it. */
  public void jobGivenUp(Job job) {
    changeJob(job, "given_up_at = ?", now());
  }

  /** The service took the job and ended it at once for lack of quota: it is created once more. */
  public void jobToBeCreatedAgain(Job job, CreationQueue.Place place) {
    jdbi.useTransaction(
        handle -> {
          moveJob(
              handle,
              job,
              JobState.UPLOADED,
              "name = NULL, remote_state = NULL, creating_at = NULL, submitted_at = NULL,"
                  + " started_at = NULL, given_up_at = NULL, creation = creation + 1,"
                  + " display_name = ?",
              job.displayName(job.creation() + 1));
          moveTo(handle, job.runId(), RunState.ASSEMBLED);
          queued(handle, job.runId(), place);
        });
  }

  public void jobEnded(Job job, String remoteState, String responsesFile, String reason) {
    moveJob(
        job,
        JobState.ENDED,
        "remote_state = ?, responses_file = ?, reason = ?, ended_at = ?",
        remoteState,
        responsesFile,
        shortened(reason),
        now());
  }

  public void jobCollected(Job job, long answered, long failed, Tokens tokens) {
    moveJob(
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
  }

  /** Names of all files that a project's uploads and jobs have brought to the service. */
  public Set<String> uploadedFiles(String project) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT name FROM upload WHERE project = :project
                    UNION SELECT input_file FROM job WHERE input_file IS NOT NULL""")
                .bind("project", project)
                .mapTo(String.class)
                .collect(Collectors.toSet()));
  }

  /** Those of them that an unfinished run refers to. */
  public Set<String> neededFiles(String project) {
    return jdbi.withHandle(handle -> neededFiles(handle, project));
  }

  private static Set<String> neededFiles(Handle handle, String project) {
    return handle
        .createQuery(NEEDED_FILES)
        .bind("project", project)
        .mapTo(String.class)
        .collect(Collectors.toSet());
  }

  /**
   * The reference is not to be used any more.
   *
   * @return false if an unfinished run needs it after all
   */
  public boolean forgetUpload(String project, String name) {
    return jdbi.inTransaction(
        handle -> {
          boolean needed = neededFiles(handle, project).contains(name);
          if (!needed) {
            handle.execute("DELETE FROM upload WHERE project = ? AND name = ?", project, name);
          }
          return !needed;
        });
  }

  private void changeJob(Job job, String assignments, Object... values) {
    jdbi.useTransaction(
        handle -> {
          List<Object> arguments = new ArrayList<>(Arrays.asList(values));
          arguments.add(job.runId());
          arguments.add(job.number());
          handle.execute(
              "UPDATE job SET " + assignments + " WHERE run_id = ? AND number = ?",
              arguments.toArray());
        });
  }

  private void moveJob(Job job, JobState state, String assignments, Object... values) {
    jdbi.useTransaction(handle -> moveJob(handle, job, state, assignments, values));
  }

  private static void moveJob(
      Handle handle, Job job, JobState state, String assignments, Object... values) {
    String guard =
        state.before().stream()
            .map(before -> "'" + before + "'")
            .collect(Collectors.joining(", ", " AND state IN (", ")"));
    List<Object> arguments = new ArrayList<>(Arrays.asList(values));
    arguments.add(job.runId());
    arguments.add(job.number());
    int moved =
        handle.execute(
            "UPDATE job SET "
                + assignments
                + ", state = '"
                + state
                + "' WHERE run_id = ? AND number = ?"
                + guard,
            arguments.toArray());
    if (moved == 0) {
      throw new IllegalStateException(
          "Job " + job.number() + " of run " + job.runId() + " cannot become " + state);
    }
  }

  private long now() {
    return clock.millis();
  }

  private static String shortened(String text) {
    return text == null || text.length() <= 4000 ? text : text.substring(0, 4000) + "...";
  }

  private static Run run(ResultSet row) throws SQLException {
    return new Run(
        row.getString("id"),
        row.getString("name"),
        row.getString("profile"),
        Path.of(row.getString("source")),
        row.getInt("from_inbox") != 0,
        Optional.ofNullable(row.getString("output")).map(Path::of),
        row.getString("model"),
        Path.of(row.getString("media_root")),
        row.getString("display_name"),
        row.getInt("forced") != 0,
        RunState.valueOf(row.getString("state")),
        Optional.ofNullable(row.getString("reason")),
        row.getInt("paid") != 0,
        row.getInt("attempt"),
        row.getInt("tries"),
        Instant.ofEpochMilli(row.getLong("next_try")),
        row.getString("waits_for") != null,
        row.getInt("dry_run") != 0,
        row.getInt("held") != 0,
        Optional.ofNullable(row.getString("leader")),
        row.getLong("input_size"),
        row.getLong("input_modified"),
        new Run.Counts(
            row.getLong("requests"),
            row.getLong("rejected"),
            row.getLong("answered"),
            row.getLong("uploads_new"),
            row.getLong("uploads_reused")),
        Instant.ofEpochMilli(row.getLong("created_at")),
        Instant.ofEpochMilli(row.getLong("updated_at")));
  }

  private static Job job(ResultSet row) throws SQLException {
    return new Job(
        row.getString("run_id"),
        row.getInt("number"),
        row.getInt("attempt"),
        row.getString("model"),
        row.getLong("requests"),
        JobState.valueOf(row.getString("state")),
        row.getString("display_name"),
        Optional.ofNullable(row.getString("project")),
        Optional.ofNullable(row.getString("input_file")),
        Optional.ofNullable(row.getString("name")),
        Optional.ofNullable(row.getString("remote_state")),
        Optional.ofNullable(row.getString("responses_file")),
        Optional.ofNullable(row.getString("reason")),
        row.getInt("cancel_asked") != 0,
        row.getInt("creation"),
        row.getLong("answered"),
        row.getLong("failed"),
        new Tokens(
            row.getLong("tokens_in"),
            row.getLong("tokens_out"),
            row.getLong("tokens_thought"),
            row.getLong("tokens_cached")),
        time(row, "creating_at"),
        time(row, "given_up_at"),
        time(row, "submitted_at"),
        time(row, "started_at"),
        time(row, "ended_at"));
  }

  private static Optional<Instant> time(ResultSet row, String column) throws SQLException {
    long millis = row.getLong(column);
    return row.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
  }
}
