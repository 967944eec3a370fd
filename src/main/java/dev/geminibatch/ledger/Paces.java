package dev.geminibatch.ledger;

import dev.geminibatch.run.ModelPace;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How long jobs take, for whoever wants to know when others will end. */
public final class Paces {
  /** So many runs, those that moved last, say enough. */
  private static final int RUNS = 1_000;

  private static final int MOST_OPEN = 1_000;
  private static final Duration OF_LATE = Duration.ofDays(1);

  /** From the runs to their jobs: by themselves those that ended may be a million. */
  static final String ENDED =
      """
      SELECT job.model, MAX(job.ended_at - job.submitted_at) AS time FROM (
        SELECT id FROM (SELECT id FROM run WHERE state = 'DELIVERED' AND updated_at > :since
          ORDER BY updated_at DESC LIMIT :most) AS ended
        UNION ALL SELECT id FROM (SELECT id FROM run WHERE state = 'SUBMITTED'
          ORDER BY updated_at DESC LIMIT :most) AS sent
        UNION ALL SELECT id FROM (SELECT id FROM run WHERE state = 'ASSEMBLED'
          ORDER BY updated_at DESC LIMIT :most) AS partly
      ) AS late CROSS JOIN job
      WHERE job.run_id = late.id AND job.state IN ('ENDED', 'COLLECTED') AND job.ended_at > :since
        AND job.submitted_at IS NOT NULL AND job.responses_file IS NOT NULL
      GROUP BY job.model, job.display_name ORDER BY time""";

  static final String OPEN =
      """
      SELECT model, MIN(submitted_at) AS since FROM job
      WHERE state = 'OPEN' AND name IS NOT NULL AND submitted_at IS NOT NULL
      GROUP BY model, name ORDER BY since LIMIT :most""";

  private final Access reading;
  private final Clock clock;

  Paces(LedgerDatabase database, Clock clock) {
    this.reading = database.reading();
    this.clock = clock;
  }

  /** A job that the service works on; a pack is one. */
  public record Open(String model, Instant submitted) {}

  /** By model, how long jobs have taken that ended in the last day. */
  public Map<String, ModelPace> ended() {
    Map<String, List<Duration>> times = new HashMap<>();
    reading.useHandle(
        handle ->
            handle
                .createQuery(ENDED)
                .bind("since", clock.instant().minus(OF_LATE).toEpochMilli())
                .bind("most", RUNS)
                .map(
                    row ->
                        times
                            .computeIfAbsent(row.getString("model"), model -> new ArrayList<>())
                            .add(Duration.ofMillis(row.getLong("time"))))
                .list());
    Map<String, ModelPace> paces = new HashMap<>();
    times.forEach((model, each) -> paces.put(model, new ModelPace(model, List.copyOf(each))));
    return paces;
  }

  /** The jobs that the service works on, the oldest first. */
  public List<Open> open() {
    return reading.withHandle(
        handle ->
            handle
                .createQuery(OPEN)
                .bind("most", MOST_OPEN)
                .map(
                    row ->
                        new Open(
                            row.getString("model"), Instant.ofEpochMilli(row.getLong("since"))))
                .list());
  }
}
