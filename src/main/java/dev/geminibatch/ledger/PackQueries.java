package dev.geminibatch.ledger;

import dev.geminibatch.io.LruMap;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.Sharing;
import dev.geminibatch.service.JobName;
import dev.geminibatch.service.ProjectId;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Finds jobs that may share one, and those that do. */
public abstract sealed class PackQueries permits Packs {
  /**
   * Nobody waits any more for others to join the run: its member has ended. One that was refused
   * waits its time all the same.
   */
  private static final String IS_ORPHAN =
      "run.tries = 0 AND run.mark IS NOT NULL AND (run.owner IS NULL OR run.owner <> :me)";

  private static final String WAITING =
      """
      run.waits_for = 'PACK' AND run.waits_project = :project AND run.state = 'ASSEMBLED'
        AND run.dry_run = 0 AND run.held = 0 AND run.cancelled = 0
        AND (run.next_try <= :now OR run.updated_at < :started OR :gathered = 1 AND run.tries = 0
          OR\s"""
          + IS_ORPHAN
          + """
        )
        AND job.state = 'ASSEMBLED' AND job.pack IS NULL AND COALESCE(job.pack_most, 2) > 1
        AND\u0020"""
          + Rows.OURS_OR_FREE;

  private static final String ORPHANS =
      " UNION ALL SELECT id FROM run WHERE state = 'ASSEMBLED' AND waits_for = 'PACK' AND "
          + IS_ORPHAN
          + " AND "
          + Rows.OURS_OR_FREE;

  private static final int AT_ONCE = 500;

  /** So many packs are remembered: the numbers of a pack do not change once it is sent. */
  private static final int REMEMBERED = 1000;

  private final Access quick;
  private final Access reading;
  private final Fences fences;
  private final Clock clock;
  private final Map<String, Sharing> sharings =
      Collections.synchronizedMap(new LruMap<>(REMEMBERED));

  PackQueries(LedgerDatabase database, Fences fences, Clock clock) {
    this.fences = fences;
    this.quick = database.quick();
    this.reading = database.reading();
    this.clock = clock;
  }

  /**
   * Which of the runs that wait may be packed.
   *
   * @param started a wait that began before is over
   * @param isGathered whether those that have just arrived need not wait for further ones
   */
  public record Due(ProjectId project, Instant started, boolean isGathered) {}

  /**
   * Jobs that may share a pack.
   *
   * @param most how many, after one was refused; empty for as many as a pack takes
   */
  public record Group(String model, Optional<Integer> most) {}

  /** A job that waits, with its run. */
  public record Candidate(Run run, Job job) {}

  /** The groups of which any job waits, in the order of their turns. */
  public List<Group> groups(Due due) {
    return quick.withHandle(
        handle ->
            bind(
                    handle.createQuery(
                        "SELECT job.model, job.pack_most, MIN(job.turn) AS turn FROM run"
                            + " JOIN job ON job.run_id = run.id WHERE "
                            + WAITING
                            + " GROUP BY job.model, job.pack_most"
                            + " ORDER BY turn NULLS FIRST, job.pack_most DESC NULLS LAST"),
                    due)
                .map(row -> new Group(row.getString("model"), Rows.number(row, "pack_most")))
                .list());
  }

  /** The first jobs of a group, in the order of their turns. */
  public List<Candidate> candidates(Due due, Group group, int most) {
    return quick.withHandle(
        handle -> {
          List<Job> jobs =
              bind(
                      handle.createQuery(
                          "SELECT job.* FROM run JOIN job ON job.run_id = run.id WHERE "
                              + WAITING
                              + " AND job.model = :model AND COALESCE(job.pack_most, 0) = :most"
                              + " ORDER BY job.turn NULLS FIRST, run.created_at, run.id, job.number"
                              + " LIMIT :limit"),
                      due)
                  .bind("model", group.model())
                  .bind("most", group.most().orElse(0))
                  .bind("limit", most)
                  .map(row -> Rows.job(row))
                  .list();
          return withRuns(handle, jobs);
        });
  }

  private Query bind(Query query, Due due) {
    return fences
        .bind(query)
        .bind("project", due.project().value())
        .bind("now", clock.millis())
        .bind("started", due.started().toEpochMilli())
        .bind("gathered", due.isGathered() ? 1 : 0);
  }

  private static List<Candidate> withRuns(Handle handle, List<Job> jobs) {
    List<Candidate> candidates = new ArrayList<>(jobs.size());
    for (int from = 0; from < jobs.size(); from += AT_ONCE) {
      List<Job> some = jobs.subList(from, Math.min(jobs.size(), from + AT_ONCE));
      String marks = "?" + ", ?".repeat(some.size() - 1);
      Query query = handle.createQuery(Rows.RUNS + " WHERE id IN (" + marks + ")");
      for (int i = 0; i < some.size(); i++) {
        query.bind(i, some.get(i).runId());
      }
      Map<String, Run> runs = new HashMap<>();
      query.map(row -> Rows.run(row)).forEach(run -> runs.put(run.id(), run));
      some.forEach(job -> candidates.add(new Candidate(runs.get(job.runId()), job)));
    }
    return candidates;
  }

  /**
   * Whether any run has waited for a pack for long enough. Unlike {@link #groups}, it reads no
   * jobs, and with a ledger in the state folder not all that wait.
   *
   * @param started a wait that began before is over
   */
  public boolean isAnybodyDue(Instant started) {
    return quick.withHandle(
        handle ->
            fences
                .bind(
                    handle.createQuery(
                        "SELECT id FROM run WHERE state = 'ASSEMBLED' AND next_try <= :now"
                            + " AND waits_for = 'PACK' AND "
                            + Rows.OURS_OR_FREE
                            + " UNION ALL SELECT id FROM run WHERE state = 'ASSEMBLED'"
                            + " AND updated_at < :started AND waits_for = 'PACK' AND "
                            + Rows.OURS_OR_FREE
                            + (fences.member() == null ? "" : ORPHANS)
                            + " LIMIT 1"))
                .bind("now", clock.millis())
                .bind("started", started.toEpochMilli())
                .mapTo(String.class)
                .findFirst()
                .isPresent());
  }

  /** The packs in a state, each as one of its jobs with the size of all. */
  public List<Job> inState(JobState state) {
    return quick.withHandle(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT job.*, packs.all_requests, packs.all_tokens, packs.unwanted FROM job JOIN (
                      SELECT job.pack, MIN(job.run_id) AS run_id, SUM(job.requests) AS all_requests,
                        SUM(job.tokens) AS all_tokens, MIN(job.cancel_asked) AS unwanted
                      FROM job JOIN run ON run.id = job.run_id
                      WHERE job.state = :state AND job.pack IS NOT NULL
                        AND run.state IN ('ASSEMBLED', 'SUBMITTED')
                      GROUP BY job.pack) AS packs ON packs.pack = job.pack
                    WHERE job.run_id = packs.run_id AND job.state = :state AND job.number =
                      (SELECT MIN(number) FROM job AS other WHERE other.run_id = packs.run_id
                        AND other.pack = packs.pack AND other.state = :state)
                    ORDER BY job.submitted_at NULLS FIRST, job.pack""")
                .bind("state", state.name())
                .map(
                    row ->
                        Rows.job(row)
                            .asPack(
                                row.getLong("all_requests"),
                                row.getLong("all_tokens"),
                                row.getInt("unwanted") == 1))
                .list());
  }

  /** The jobs of a pack that the service has not ended yet. */
  public List<Job> unfinished(String pack) {
    return quick.withHandle(
        handle ->
            handle
                .createQuery(
                    "SELECT * FROM job WHERE pack = :pack AND state IN ('CREATING', 'OPEN')"
                        + " ORDER BY turn NULLS FIRST, run_id, number")
                .bind("pack", pack)
                .map(row -> Rows.job(row))
                .list());
  }

  /** The runs whose jobs are in a pack that the service has not ended yet. */
  public List<Run> unfinishedRuns(String pack) {
    return RunQueries.select(
        quick,
        "id IN (SELECT run_id FROM job WHERE pack = :pack AND state IN ('CREATING', 'OPEN'))"
            + " ORDER BY id",
        query -> query.bind("pack", pack));
  }

  /** All our jobs that the service knows as one by this name; several if runs share it. */
  public List<Job> named(JobName name) {
    return quick.withHandle(
        handle ->
            handle
                .createQuery("SELECT * FROM job WHERE name = :name ORDER BY run_id, number")
                .bind("name", name.value())
                .map(row -> Rows.job(row))
                .list());
  }

  /** Whether any run still wants the answers of a pack that the service has not ended yet. */
  public boolean isWanted(String pack) {
    return quick.withHandle(
        handle ->
            handle
                .createQuery(
                    "SELECT 1 FROM job WHERE pack = :pack AND cancel_asked = 0"
                        + " AND state IN ('CREATING', 'OPEN') LIMIT 1")
                .bind("pack", pack)
                .mapTo(Integer.class)
                .findFirst()
                .isPresent());
  }

  /** With how many a job shares the one that the service knows; empty if it is a run's own. */
  public Optional<Sharing> sharing(Job job) {
    boolean isSent = job.remote().pack().isPresent() && job.name().isPresent();
    return isSent
        ? Optional.of(sharings.computeIfAbsent(job.remote().pack().get(), this::sharing))
            .filter(sharing -> sharing.runs() > 1)
        : Optional.empty();
  }

  /** Finds out in one query what {@link #sharing} will be asked for, for jobs of a page. */
  public void prepare(Collection<Job> jobs) {
    List<String> unknown =
        jobs.stream()
            .flatMap(job -> job.remote().pack().stream())
            .distinct()
            .filter(pack -> !sharings.containsKey(pack))
            .limit(AT_ONCE)
            .toList();
    if (unknown.isEmpty()) {
      return;
    }
    String marks = "?" + ", ?".repeat(unknown.size() - 1);
    reading.useHandle(
        handle ->
            handle
                .createQuery(
                    "SELECT pack, COUNT(DISTINCT run_id) AS runs, SUM(requests) AS requests"
                        + " FROM job WHERE name IS NOT NULL AND pack IN ("
                        + marks
                        + ") GROUP BY pack")
                .bindAll(unknown.toArray())
                .map(
                    row ->
                        sharings.put(
                            row.getString("pack"),
                            new Sharing(row.getLong("runs"), row.getLong("requests"))))
                .list());
  }

  private Sharing sharing(String pack) {
    return quick.withHandle(
        handle ->
            handle
                .createQuery(
                    "SELECT COUNT(DISTINCT run_id) AS runs, SUM(requests) AS requests FROM job"
                        + " WHERE pack = :pack")
                .bind("pack", pack)
                .map(row -> new Sharing(row.getLong("runs"), row.getLong("requests")))
                .one());
  }

  /** Whether any job is in the pack, or was. */
  public boolean isKnown(String pack) {
    return quick.withHandle(
        handle -> count(handle, "SELECT COUNT(*) FROM job WHERE pack = :value", pack) > 0);
  }

  /** Whether all jobs of a pack are collected. */
  public boolean isCollected(String pack) {
    return quick.withHandle(
        handle ->
            count(
                    handle,
                    "SELECT COUNT(*) FROM job WHERE pack = :value AND state <> 'COLLECTED'",
                    pack)
                == 0);
  }

  /**
   * How many jobs of a new pack must not be in it. A run that this member has lost, or has got as
   * an earlier one, is not its own to send.
   */
  final int countUnfit(Handle handle, String pack) {
    return handle
        .createQuery(
            "SELECT COUNT(*) FROM job JOIN run ON run.id = job.run_id WHERE job.pack = :pack"
                + " AND NOT (run.state = 'ASSEMBLED' AND run.held = 0 AND run.cancelled = 0"
                + " AND COALESCE(run.owner, '') = :me)")
        .bind("pack", pack)
        .bind("me", Objects.requireNonNullElse(fences.member(), ""))
        .mapTo(Integer.class)
        .one();
  }

  static int count(Handle handle, String sql, String value) {
    return handle.createQuery(sql).bind("value", value).mapTo(Integer.class).one();
  }
}
