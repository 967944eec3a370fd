package dev.geminibatch.ledger;

import dev.geminibatch.line.TokensByKind;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.ModelPace;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.TurnOrder;
import dev.geminibatch.run.TurnOrder.Waiting;
import dev.geminibatch.service.ProjectId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** The statements behind the {@link CreationQueue}: the turns of jobs, and what is open. */
final class Turns {
  /**
   * A job may be sent as soon as it is its turn, and nobody has said otherwise. One that an earlier
   * version has queued has no turn yet, and comes first.
   */
  private static final String WAITING =
      """
      job.state IN ('ASSEMBLED', 'UPLOADED')
        AND (job.turn IS NOT NULL AND job.project = :project
          OR job.turn IS NULL AND run.waits_for IS NOT NULL AND run.waits_project = :project)
        AND run.state = 'ASSEMBLED' AND run.dry_run = 0 AND run.held = 0 AND run.cancelled = 0""";

  /** Where the turns of the model of a job are that waits, as SQL. */
  static final String NOW_OF_JOB =
      """
      (SELECT COALESCE((SELECT m.now FROM model_turn AS m
          WHERE m.project = t.project AND m.model = job.model AND m.now < t.now), t.now)
        FROM turn AS t WHERE t.project = job.project)""";

  /** What a model did before says little about it now. */
  private static final Duration OF_LATE = Duration.ofDays(1);

  private Turns() {}

  /**
   * A job that waits, with what is known of its run.
   *
   * @param size of the job, without what it is made of
   * @param isQueued whether its run waits for nothing but its turn, and not for a pack
   */
  record Turn(Waiting job, Job.Size size, String runName, boolean isQueued) {
    /**
     * What it needs room for next. A job that is cut when it is sent claims no more than the first
     * of its pieces, or the rest of the room would stay empty until all open jobs have ended.
     */
    Waiting next(long perJob) {
      return new Waiting(
          job.runId(),
          job.number(),
          job.model(),
          size.firstTokens(perJob),
          job.isDue(),
          job.isRefused());
    }
  }

  /** What is open of a project: how many jobs, and the tokens of each model. */
  record Open(int jobs, Map<String, Long> tokens) {}

  /** The jobs of a run that wait and have no turn, or one of another project. */
  static List<Job> without(Handle handle, Run run, ProjectId project) {
    return handle
        .createQuery(
            """
            SELECT * FROM job
            WHERE run_id = :run AND state IN ('ASSEMBLED', 'UPLOADED')
              AND (turn IS NULL OR state = 'ASSEMBLED' AND project <> :project)
            ORDER BY number""")
        .bind("run", run.id())
        .bind("project", project.value())
        .map(row -> Rows.job(row))
        .list();
  }

  /**
   * Whether any run that could be sent waits.
   *
   * @param what for what, as a condition
   */
  static boolean isAnyWaiting(Handle handle, String what) {
    return handle
        .createQuery("SELECT id FROM run WHERE " + what + " AND state = 'ASSEMBLED' LIMIT 1")
        .mapTo(String.class)
        .findFirst()
        .isPresent();
  }

  /** Gives jobs their turns, each behind the one before it by its share. */
  static void enter(
      Handle handle, Run run, ProjectId project, List<Job> jobs, List<Double> shares) {
    Map<String, Double> starts = new HashMap<>();
    double behind = 0;
    for (int i = 0; i < jobs.size(); i++) {
      String model = jobs.get(i).model();
      double start = starts.computeIfAbsent(model, each -> now(handle, project, each));
      handle.execute(
          "UPDATE job SET turn = ?, project = CASE WHEN state = ? THEN ? ELSE project END"
              + " WHERE run_id = ? AND number = ?",
          start + behind,
          JobState.ASSEMBLED.name(),
          project.value(),
          run.id(),
          jobs.get(i).number());
      behind += TurnOrder.step(shares.get(i), run.options().priority());
    }
    starts.forEach((model, start) -> begin(handle, project, model, start));
  }

  /** Where the first one of a model stands, so do all who arrive while it waits. */
  private static void begin(Handle handle, ProjectId project, String model, double start) {
    handle.execute(
        "INSERT INTO model_turn (project, model, now) VALUES (?, ?, ?)"
            + " ON CONFLICT (project, model) DO UPDATE SET now = excluded.now"
            + " WHERE model_turn.now < excluded.now",
        project.value(),
        model,
        start);
  }

  /**
   * Where the first piece of a job stands that is cut: where the job does, but not before those who
   * arrive now. Its run has no more turns for being cut. Empty if the job has none yet.
   */
  static OptionalDouble turnOfPieces(Handle handle, Job job) {
    return handle
        .createQuery(
            "SELECT turn, "
                + NOW_OF_JOB
                + " AS now FROM job WHERE run_id = :run AND number = :number AND turn IS NOT NULL"
                + " AND project IS NOT NULL")
        .bind("run", job.runId())
        .bind("number", job.number())
        .map(row -> OptionalDouble.of(Math.max(row.getDouble("turn"), row.getDouble("now"))))
        .findFirst()
        .orElse(OptionalDouble.empty());
  }

  /**
   * Where whoever arrives now stands: where the turns of the model are, while anything of it waits
   * or is open; else where those of the project are.
   */
  private static double now(Handle handle, ProjectId project, String model) {
    return handle
        .createQuery(
            """
            SELECT turn.now, (SELECT model_turn.now FROM model_turn
              WHERE model_turn.project = turn.project AND model_turn.model = :model
                AND model_turn.now < turn.now
                AND EXISTS (SELECT 1 FROM job WHERE job.model = model_turn.model
                  AND job.project = model_turn.project AND job.turn IS NOT NULL
                  AND job.state IN ('ASSEMBLED', 'UPLOADED', 'CREATING', 'OPEN'))) AS of_model
            FROM turn WHERE turn.project = :project""")
        .bind("project", project.value())
        .bind("model", model)
        .map(
            row -> {
              double ofModel = row.getDouble("of_model");
              return row.wasNull() ? row.getDouble("now") : ofModel;
            })
        .findFirst()
        .orElse(0.0);
  }

  private static double now(Handle handle, ProjectId project) {
    return handle
        .createQuery("SELECT now FROM turn WHERE project = :project")
        .bind("project", project.value())
        .mapTo(Double.class)
        .findFirst()
        .orElse(0.0);
  }

  /** The priorities of the runs that wait, added up: all of a project, and those for one model. */
  private record Priorities(long all, long ofModel) {}

  private static Priorities priorities(Handle handle, ProjectId project, String model) {
    return handle
        .createQuery(
            "SELECT COALESCE(SUM(priority), 0) AS everyone,"
                + " COALESCE(SUM(priority * same), 0) AS of_model FROM ("
                + "SELECT run.id, run.priority,"
                + " MAX(CASE WHEN job.model = :model THEN 1 ELSE 0 END) AS same"
                + " FROM job JOIN run ON run.id = job.run_id WHERE "
                + WAITING
                + " GROUP BY run.id, run.priority) AS waiting")
        .bind("project", project.value())
        .bind("model", model)
        .map(row -> new Priorities(row.getLong("everyone"), row.getLong("of_model")))
        .one();
  }

  /** A job is created: the turns of its project and of its model move. */
  static void advance(Handle handle, Job job, ProjectId project, double share) {
    Priorities priorities = priorities(handle, project, job.model());
    double turn =
        handle
            .createQuery("SELECT turn FROM job WHERE run_id = :run AND number = :number")
            .bind("run", job.runId())
            .bind("number", job.number())
            .mapTo(Double.class)
            .findFirst()
            .orElse(0.0);
    double ofModel = now(handle, project, job.model());
    handle.execute(
        "INSERT INTO model_turn (project, model, now) VALUES (?, ?, ?)"
            + " ON CONFLICT (project, model) DO UPDATE SET now = excluded.now",
        project.value(),
        job.model(),
        TurnOrder.after(ofModel, turn, share, priorities.ofModel()));
    handle.execute(
        "UPDATE turn SET now = ? WHERE project = ?",
        TurnOrder.after(now(handle, project), turn, share, priorities.all()),
        project.value());
  }

  /** Nobody else can create a job of the project until the transaction is over. */
  static void lock(Handle handle, ProjectId project) {
    handle.execute(
        "INSERT INTO turn (project, now) VALUES (?, 0)"
            + " ON CONFLICT (project) DO UPDATE SET now = turn.now",
        project.value());
  }

  static Open open(Handle handle, ProjectId project) {
    Map<String, Long> tokens = new HashMap<>();
    int jobs =
        handle
            .createQuery(
                """
                SELECT model, COUNT(DISTINCT display_name) AS jobs, SUM(tokens) AS tokens FROM job
                WHERE state IN ('CREATING', 'OPEN') AND project = :project GROUP BY model""")
            .bind("project", project.value())
            .map(
                row -> {
                  tokens.put(row.getString("model"), Math.max(1, row.getLong("tokens")));
                  return row.getInt("jobs");
                })
            .list()
            .stream()
            .mapToInt(Integer::intValue)
            .sum();
    return new Open(jobs, tokens);
  }

  /** The jobs of a model that are open, each pack once. */
  static List<ModelPace.Open> openJobs(Handle handle, ProjectId project, String model) {
    return handle
        .createQuery(
            """
            SELECT MIN(COALESCE(submitted_at, creating_at)) AS since, SUM(tokens) AS tokens FROM job
            WHERE state IN ('CREATING', 'OPEN') AND project = :project AND model = :model
            GROUP BY display_name""")
        .bind("project", project.value())
        .bind("model", model)
        .map(
            row ->
                new ModelPace.Open(
                    Instant.ofEpochMilli(row.getLong("since")), row.getLong("tokens")))
        .list();
  }

  /** How long it is likely to take until so many more tokens of a model are free. */
  static Optional<Duration> untilFree(
      Handle handle, ProjectId project, String model, long missing, Instant now) {
    return pace(handle, model, now).untilFree(openJobs(handle, project, model), missing, now);
  }

  /** How long the jobs of a model have taken of late. */
  static ModelPace pace(Handle handle, String model, Instant now) {
    return new ModelPace(
        model,
        handle
            .createQuery(
                """
                SELECT MAX(ended_at - submitted_at) AS time FROM job
                WHERE state IN ('ENDED', 'COLLECTED') AND model = :model AND ended_at > :since
                  AND submitted_at IS NOT NULL AND responses_file IS NOT NULL
                GROUP BY display_name ORDER BY time LIMIT 1000""")
            .bind("model", model)
            .bind("since", now.minus(OF_LATE).toEpochMilli())
            .map(row -> Duration.ofMillis(row.getLong("time")))
            .list());
  }

  /**
   * All jobs that wait, in turn.
   *
   * @param started a wait that began before is over
   * @param abandoned nobody has cared since then for what was not seen since
   * @param dueAnyway the run that asks
   */
  static List<Turn> waiting(
      Handle handle,
      ProjectId project,
      Instant now,
      Instant started,
      Instant abandoned,
      String dueAnyway) {
    return handle
        .createQuery(
            """
            SELECT job.run_id, job.number, job.model, job.tokens, job.requests, run.name, run.waits_for,
              run.waits_model, CASE WHEN run.next_try <= :now OR run.updated_at < :started
                OR run.waits_for IN ('ROOM', 'TOKENS') OR run.id = :anyway THEN 1 ELSE 0 END AS due
            FROM job JOIN run ON run.id = job.run_id
            WHERE """
                + " "
                + WAITING
                + """

              AND (run.waits_seen > :abandoned OR run.updated_at > :abandoned OR run.id = :anyway)
            ORDER BY COALESCE(job.turn, 0), run.created_at, run.id, job.number""")
        .bind("project", project.value())
        .bind("now", now.toEpochMilli())
        .bind("started", started.toEpochMilli())
        .bind("abandoned", abandoned.toEpochMilli())
        .bind("anyway", dueAnyway)
        .map(
            row -> {
              String model = row.getString("model");
              String waitsFor = row.getString("waits_for");
              boolean isRefused =
                  CreationQueue.Kind.QUOTA.name().equals(waitsFor)
                      && model.equals(row.getString("waits_model"));
              return new Turn(
                  new Waiting(
                      row.getString("run_id"),
                      row.getInt("number"),
                      model,
                      row.getLong("tokens"),
                      row.getInt("due") != 0,
                      isRefused),
                  new Job.Size(row.getLong("requests"), TokensByKind.NONE, row.getLong("tokens")),
                  row.getString("name"),
                  waitsFor != null && !waitsFor.equals(CreationQueue.Kind.PACK.name()));
            })
        .list();
  }
}
