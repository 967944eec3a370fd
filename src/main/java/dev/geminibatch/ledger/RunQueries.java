package dev.geminibatch.ledger;

import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunState;
import dev.geminibatch.service.JobName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Finds runs; each method is one query. */
public final class RunQueries {
  /** For one run. */
  private final Access quick;

  /** For lists of them. */
  private final Access reading;

  RunQueries(LedgerDatabase database) {
    this.quick = database.quick();
    this.reading = database.reading();
  }

  /** The run, which must exist. */
  public Run run(String runId) {
    return find(runId)
        .orElseThrow(() -> new IllegalStateException("The ledger has no run " + runId));
  }

  /** The run of an id. */
  public Optional<Run> find(String runId) {
    return select(quick, "id = :id", query -> query.bind("id", runId)).stream().findFirst();
  }

  /**
   * A run that was made for a request with a key.
   *
   * @param asked what was asked for, see {@link dev.geminibatch.run.OnceKey}
   * @param isReceived whether its input is ours
   */
  public record Keyed(String run, String asked, boolean isReceived) {}

  /** The run of a key. */
  public Optional<Keyed> ofKey(String key) {
    return quick.withHandle(handle -> ofKey(handle, key));
  }

  static Optional<Keyed> ofKey(Handle handle, String key) {
    return handle
        .select("SELECT id, once_asked, state FROM run WHERE once_key = ?", key)
        .map(
            row ->
                new Keyed(
                    row.getString("id"),
                    row.getString("once_asked"),
                    !row.getString("state").equals(RunState.RECEIVING.name())))
        .findFirst();
  }

  /** The newest run of an input of this name. */
  public Optional<Run> lastOf(String name) {
    return select(
            "name = :name ORDER BY created_at DESC, id DESC LIMIT 1",
            query -> query.bind("name", name))
        .stream()
        .findFirst();
  }

  /**
   * Unfinished runs whose id or input's name begins like this, with their profile's name before it
   * or not, or whose input was there; the oldest first.
   *
   * @param source the same as an absolute path
   */
  public List<Run> unfinishedLike(String text, String source, int most) {
    return select(
        "dry_run = 0 AND state IN "
            + Rows.UNFINISHED
            + " AND (substr(id, 1, :length) = :text OR substr(name, 1, :length) = :text"
            + " OR substr(profile || '/' || name, 1, :length) = :text OR source = :source)"
            + " ORDER BY created_at, id LIMIT :most",
        query ->
            query
                .bind("text", text)
                .bind("length", text.codePointCount(0, text.length()))
                .bind("source", source)
                .bind("most", most));
  }

  /** The unfinished runs with requests in a job, the oldest first. */
  public List<Run> unfinishedOf(JobName job) {
    return select(
        "id IN (SELECT run_id FROM job WHERE name = :name) AND state IN "
            + Rows.UNFINISHED
            + " ORDER BY created_at, id",
        query -> query.bind("name", job.value()));
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
    return select(
        "dry_run = 0 AND state "
            + inOrNotIn
            + " "
            + Rows.UNFINISHED
            + " ORDER BY created_at DESC LIMIT :most",
        query -> query.bind("most", most));
  }

  /** Runs that are only inspected. */
  public List<Run> dryRuns() {
    return select("dry_run = 1", query -> {});
  }

  /** All runs that are not finished, the oldest first. */
  public List<Run> unfinished() {
    return select("state IN " + Rows.UNFINISHED + " ORDER BY created_at, id", query -> {});
  }

  /** All runs in a state, the oldest first. */
  public List<Run> inState(RunState state) {
    return select(
        "state = :state ORDER BY created_at, id", query -> query.bind("state", state.name()));
  }

  /** The runs with jobs of their own that the service may be working on. */
  public List<Run> withOpenJobs() {
    return select(
        """
        id IN (SELECT run_id FROM job WHERE state = 'OPEN' AND pack IS NULL)
          AND state IN ('ASSEMBLED', 'SUBMITTED')""",
        query -> {});
  }

  /** The runs that others still follow although they are finished, or gone. */
  public Set<String> endedLeaders() {
    return reading.withHandle(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT DISTINCT run.leader FROM run
                      LEFT JOIN run AS other ON other.id = run.leader
                    WHERE run.state = 'FOLLOWING'
                      AND (other.id IS NULL OR other.state IN ('DELIVERED', 'FAILED'))""")
                .mapTo(String.class)
                .stream()
                .collect(Collectors.toSet()));
  }

  /** A run with the same content that has answers, or is about to get them. */
  public Optional<String> answeredBefore(String runId, String fingerprint) {
    return quick.withHandle(handle -> leader(handle, runId, fingerprint));
  }

  static Optional<String> leader(Handle handle, String runId, String fingerprint) {
    return handle
        .createQuery(
            """
            SELECT id FROM run
            WHERE fingerprint = :fingerprint AND id <> :id AND leader IS NULL
              AND dry_run = 0 AND state <> 'FAILED' AND (state <> 'DELIVERED' OR answered > 0)
              AND (held <> :heldForStrikes OR EXISTS (SELECT 1 FROM job WHERE job.run_id = run.id
                AND job.state NOT IN ('ASSEMBLED', 'UPLOADED')))
            ORDER BY created_at DESC, id LIMIT 1""")
        .bind("fingerprint", fingerprint)
        .bind("heldForStrikes", Strikes.HELD)
        .bind("id", runId)
        .mapTo(String.class)
        .findOne();
  }

  /** Whether there is another run whose input is as large, and may be the same. */
  public boolean isAsLargeAsAnother(Run run) {
    return !select(
            "input_size = :size AND id <> :id AND state <> 'FAILED' LIMIT 1",
            query -> query.bind("size", run.input().size()).bind("id", run.id()))
        .isEmpty();
  }

  private List<Run> select(String condition, Consumer<Query> parameters) {
    return select(reading, condition, parameters);
  }

  static List<Run> select(Access access, String condition, Consumer<Query> parameters) {
    return select(access, condition, parameters, id -> true);
  }

  /** As above, without those that nobody wants; a run with strikes is always wanted. */
  static List<Run> select(
      Access access, String condition, Consumer<Query> parameters, Predicate<String> wanted) {
    return access.withHandle(
        handle -> {
          Query query = handle.createQuery(Rows.RUNS + " WHERE " + condition);
          parameters.accept(query);
          List<Run> runs = new ArrayList<>();
          query
              .map(
                  row ->
                      row.getInt("strikes") > 0 || wanted.test(row.getString("id"))
                          ? Rows.run(row)
                          : null)
              .forEach(
                  run -> {
                    if (run != null) {
                      runs.add(run);
                    }
                  });
          return List.copyOf(runs);
        });
  }
}
