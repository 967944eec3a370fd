package dev.geminibatch.ledger;

import dev.geminibatch.line.ModelName;
import dev.geminibatch.run.Job;
import dev.geminibatch.service.Tokens;
import java.time.Clock;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;

/**
 * What was answered and used on each day, for each profile and model. It is kept for ever, so that
 * it is known when the runs are forgotten.
 */
public final class Daily {
  /**
   * Before the job becomes COLLECTED in the same transaction, so that it counts once. A job without
   * a name was never sent: none of its requests has failed.
   */
  private static final String ADD =
      """
      INSERT INTO daily (day, profile, model, answered, failed,
        tokens_in, tokens_out, tokens_thought, tokens_cached)
      SELECT ?, run.profile, ?, ?,
        CASE WHEN job.name IS NULL THEN 0 ELSE ? END, ?, ?, ?, ? FROM job JOIN run ON run.id = job.run_id
      WHERE job.run_id = ? AND job.number = ? AND job.state <> 'COLLECTED'
      ON CONFLICT (day, profile, model) DO UPDATE SET
        answered = daily.answered + excluded.answered,
        failed = daily.failed + excluded.failed,
        tokens_in = daily.tokens_in + excluded.tokens_in,
        tokens_out = daily.tokens_out + excluded.tokens_out,
        tokens_thought = daily.tokens_thought + excluded.tokens_thought,
        tokens_cached = daily.tokens_cached + excluded.tokens_cached""";

  private static final String TOTALS =
      """
      SELECT %1$s AS name, model, SUM(answered) AS answered, SUM(failed) AS failed,
        SUM(tokens_in) AS tokens_in, SUM(tokens_out) AS tokens_out,
        SUM(tokens_thought) AS tokens_thought, SUM(tokens_cached) AS tokens_cached
      FROM daily WHERE day BETWEEN :first AND :last GROUP BY %1$s, model ORDER BY %1$s, model""";

  static final String UNANSWERED =
      """
      SELECT COALESCE(SUM(requests - answered), 0) FROM run
      WHERE state IN ('DELIVERED', 'FAILED') AND updated_at >= :begin AND dry_run = 0""";

  private final Access reading;
  private final Clock clock;

  Daily(LedgerDatabase database, Clock clock) {
    this.reading = database.reading();
    this.clock = clock;
  }

  /** What totals are made for. */
  public enum By {
    DAY,
    PROFILE,
    MODEL
  }

  /**
   * What came of one model, since what tokens cost depends on it.
   *
   * @param name of the day ({@code 2026-07-04}), the profile or the model
   * @param failed requests that were sent and not answered, although the next attempt may answer
   *     them
   */
  public record Totals(String name, String model, long answered, long failed, Tokens tokens) {}

  /** The present day, where this process is. */
  public LocalDate today() {
    return LocalDate.ofInstant(clock.instant(), clock.getZone());
  }

  /**
   * Totals, by name and model.
   *
   * @param last the last day that counts
   */
  public List<Totals> totals(By by, LocalDate first, LocalDate last) {
    return reading.withHandle(
        handle ->
            handle
                .createQuery(TOTALS.formatted(by.name().toLowerCase(Locale.ROOT)))
                .bind("first", first.toString())
                .bind("last", last.toString())
                .map(
                    row ->
                        new Totals(
                            row.getString("name"),
                            row.getString("model"),
                            row.getLong("answered"),
                            row.getLong("failed"),
                            Rows.tokens(row)))
                .list());
  }

  /**
   * How many lines of the runs that have ended today have no answer, whatever the reason. It takes
   * as long as there are such runs.
   */
  public long unansweredToday() {
    long begin = today().atStartOfDay(clock.getZone()).toInstant().toEpochMilli();
    return reading.withHandle(
        handle -> handle.createQuery(UNANSWERED).bind("begin", begin).mapTo(Long.class).one());
  }

  /** A job is about to become COLLECTED; nothing is added if it is already. */
  void add(Handle handle, Job job, Job.Outcome outcome) {
    Tokens tokens = outcome.tokens();
    handle.execute(
        ADD,
        today().toString(),
        ModelName.shortName(job.model()),
        outcome.answered(),
        outcome.failed(),
        tokens.in(),
        tokens.out(),
        tokens.thought(),
        tokens.cached(),
        job.runId(),
        job.number());
  }
}
