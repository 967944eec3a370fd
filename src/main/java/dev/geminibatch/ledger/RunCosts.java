package dev.geminibatch.ledger;

import dev.geminibatch.ledger.RunList.Place;
import dev.geminibatch.line.ModelName;
import dev.geminibatch.run.RunState;
import dev.geminibatch.service.Tokens;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What each run has used, page by page, the newest run first. */
public final class RunCosts {
  static final String PAGE =
      """
      SELECT page.id, page.name, page.profile, page.state, page.created_at, job.model,
        SUM(tokens_in) AS tokens_in, SUM(tokens_out) AS tokens_out,
        SUM(tokens_thought) AS tokens_thought, SUM(tokens_cached) AS tokens_cached
      FROM (
        SELECT id, name, profile, state, created_at FROM run
        WHERE dry_run = 0 AND (created_at, id) < (:time, :id)
        ORDER BY created_at DESC, id DESC LIMIT :most
      ) AS page LEFT JOIN job ON job.run_id = page.id
      GROUP BY page.id, page.name, page.profile, page.state, page.created_at, job.model
      ORDER BY page.created_at DESC, page.id DESC, job.model""";

  private final Access reading;

  RunCosts(LedgerDatabase database) {
    this.reading = database.reading();
  }

  /**
   * A run.
   *
   * @param tokens of its jobs that were collected, by model; empty if it has no jobs
   */
  public record Used(
      String runId,
      String name,
      String profile,
      RunState state,
      Instant created,
      Map<String, Tokens> tokens) {}

  /**
   * A page.
   *
   * @param next where the next page begins; empty if this one is the last
   */
  public record Page(List<Used> runs, Optional<Place> next) {}

  /** A page, in one query. */
  public Page page(Place from, int most) {
    Map<String, Used> runs = new LinkedHashMap<>();
    reading.useHandle(
        handle ->
            handle
                .createQuery(PAGE)
                .bind("time", from.time())
                .bind("id", from.runId())
                .bind("most", most + 1)
                .map(row -> add(runs, row))
                .list());
    List<Used> page = List.copyOf(runs.values());
    if (page.size() <= most) {
      return new Page(page, Optional.empty());
    }
    Used last = page.get(most - 1);
    Place next = new Place(last.created().toEpochMilli(), last.runId());
    return new Page(page.subList(0, most), Optional.of(next));
  }

  /** A row has what one model of a run has used. */
  private static Used add(Map<String, Used> runs, Row row) throws SQLException {
    String id = row.getString("id");
    Used run = runs.get(id);
    if (run == null) {
      run =
          new Used(
              id,
              row.getString("name"),
              row.getString("profile"),
              RunState.valueOf(row.getString("state")),
              Instant.ofEpochMilli(row.getLong("created_at")),
              new LinkedHashMap<>());
      runs.put(id, run);
    }
    String model = row.getString("model");
    if (model != null) {
      run.tokens().merge(ModelName.shortName(model), Rows.tokens(row), Tokens::plus);
    }
    return run;
  }
}
