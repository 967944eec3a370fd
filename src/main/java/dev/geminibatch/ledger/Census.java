package dev.geminibatch.ledger;

import dev.geminibatch.service.ProjectId;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Numbers of what is under way, for whoever watches. What a query takes depends on the runs that
 * are not finished, however many are.
 */
public final class Census {
  private final Access reading;
  private final Clock clock;

  Census(LedgerDatabase database, Clock clock) {
    this.reading = database.reading();
    this.clock = clock;
  }

  /** Why runs are held. */
  public enum Hold {
    ROUTE,
    STRIKES,
    PAUSED
  }

  /**
   * Unfinished runs that have these in common.
   *
   * @param waitsFor what they wait for until a job may be created: {@code ROOM}, {@code TOKENS},
   *     {@code QUOTA} or {@code PACK}
   * @param oldest when the first one was received
   */
  public record Runs(
      String state,
      String profile,
      Optional<Hold> hold,
      Optional<String> waitsFor,
      long count,
      Instant oldest) {}

  /**
   * Jobs of unfinished runs that have these in common. Jobs of several runs that are one job to the
   * service count once.
   *
   * @param isStarted whether the service has been seen to work on them
   */
  public record Jobs(String model, String state, boolean isStarted, long count) {}

  /** Tokens of open jobs, those about to be created included. */
  public record Enqueued(ProjectId project, String model, long tokens) {}

  /** What the service has shown in the last day. */
  public record Shown(ProjectId project, String model, long accepted, OptionalLong refused) {}

  /** All of it, at one moment. */
  public record Numbers(
      List<Runs> runs, List<Jobs> jobs, List<Enqueued> enqueued, List<Shown> shown) {}

  /** Counts. */
  public Numbers take() {
    return reading.withHandle(
        handle -> new Numbers(runs(handle), jobs(handle), enqueued(handle), shown(handle)));
  }

  /** The runs alone. */
  public List<Runs> runs() {
    return reading.withHandle(Census::runs);
  }

  /** The enqueued tokens alone. */
  public List<Enqueued> enqueued() {
    return reading.withHandle(Census::enqueued);
  }

  static final String RUNS =
      """
      SELECT state, profile, held, waits_for, COUNT(*) AS runs, MIN(created_at) AS oldest
      FROM run WHERE dry_run = 0 AND state IN """
          + " "
          + Rows.UNFINISHED
          + " GROUP BY state, profile, held, waits_for";

  /** From the runs to their jobs, since the jobs of finished runs may be a million. */
  static final String JOBS =
      """
      SELECT job.model, job.state, CASE WHEN started_at IS NOT NULL THEN 1 ELSE 0 END AS started,
        COUNT(DISTINCT pack) + SUM(CASE WHEN pack IS NULL THEN 1 ELSE 0 END) AS jobs
      FROM run CROSS JOIN job
      WHERE job.run_id = run.id AND job.state <> 'COLLECTED'
        AND dry_run = 0 AND run.state IN """
          + " "
          + Rows.UNFINISHED
          + " GROUP BY job.model, job.state, started_at IS NOT NULL";

  static final String ENQUEUED =
      """
      SELECT project, model, SUM(tokens) AS tokens FROM job
      WHERE state IN ('CREATING', 'OPEN') AND project IS NOT NULL GROUP BY project, model""";

  private static final String SHOWN =
      "SELECT project, model, allowed, refused FROM token_limit WHERE updated_at > :forgotten";

  private static List<Runs> runs(Handle handle) {
    return handle
        .createQuery(RUNS)
        .map(
            row ->
                new Runs(
                    row.getString("state"),
                    row.getString("profile"),
                    hold(row.getInt("held")),
                    Optional.ofNullable(row.getString("waits_for")),
                    row.getLong("runs"),
                    Instant.ofEpochMilli(row.getLong("oldest"))))
        .list();
  }

  private static Optional<Hold> hold(int held) {
    return switch (held) {
      case 0 -> Optional.empty();
      case Strikes.HELD -> Optional.of(Hold.STRIKES);
      case RunLedger.PAUSED -> Optional.of(Hold.PAUSED);
      default -> Optional.of(Hold.ROUTE);
    };
  }

  private static List<Jobs> jobs(Handle handle) {
    return handle
        .createQuery(JOBS)
        .map(
            row ->
                new Jobs(
                    row.getString("model"),
                    row.getString("state"),
                    row.getInt("started") != 0,
                    row.getLong("jobs")))
        .list();
  }

  private static List<Enqueued> enqueued(Handle handle) {
    return handle
        .createQuery(ENQUEUED)
        .map(
            row ->
                new Enqueued(
                    new ProjectId(row.getString("project")),
                    row.getString("model"),
                    row.getLong("tokens")))
        .list();
  }

  private List<Shown> shown(Handle handle) {
    return handle
        .createQuery(SHOWN)
        .bind("forgotten", clock.millis() - LearnedLimits.MEMORY.toMillis())
        .map(
            row -> {
              long refused = row.getLong("refused");
              OptionalLong known = row.wasNull() ? OptionalLong.empty() : OptionalLong.of(refused);
              return new Shown(
                  new ProjectId(row.getString("project")),
                  row.getString("model"),
                  row.getLong("allowed"),
                  known);
            })
        .list();
  }
}
