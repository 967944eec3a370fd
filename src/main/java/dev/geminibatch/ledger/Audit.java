package dev.geminibatch.ledger;

import dev.geminibatch.io.Amounts;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What people have done from outside, the last 10,000 times. */
public final class Audit {
  private static final int KEPT = 10_000;
  private static final int LONGEST_NAME = 190;

  private final Access durable;
  private final Access reading;
  private final Clock clock;

  Audit(LedgerDatabase database, Clock clock) {
    this.durable = database.durable();
    this.reading = database.reading();
    this.clock = clock;
  }

  /**
   * Something that a person has done.
   *
   * @param id ascends
   * @param what in a sentence
   */
  public record Entry(long id, Instant at, String who, String what, Optional<String> runId) {}

  /** Writes down what is done now; forced to the disk. */
  public void write(String who, String what, Optional<String> runId) {
    durable.useTransaction(
        handle -> {
          handle.execute(
              "INSERT INTO audit (id, at, who, what, run_id)"
                  + " VALUES ((SELECT COALESCE(MAX(id), 0) + 1 FROM audit), ?, ?, ?, ?)",
              clock.millis(),
              Amounts.shortened(who, LONGEST_NAME),
              Rows.shortened(what),
              runId.orElse(null));
          handle.execute("DELETE FROM audit WHERE id <= (SELECT MAX(id) FROM audit) - ?", KEPT);
        });
  }

  /**
   * The newest entries, the newest first.
   *
   * @param before only those with a lower id; {@link Long#MAX_VALUE} for the first page
   */
  public List<Entry> page(long before, int most) {
    return reading.withHandle(
        handle ->
            handle
                .createQuery("SELECT * FROM audit WHERE id < :before ORDER BY id DESC LIMIT :most")
                .bind("before", before)
                .bind("most", most)
                .map(
                    row ->
                        new Entry(
                            row.getLong("id"),
                            Instant.ofEpochMilli(row.getLong("at")),
                            row.getString("who"),
                            row.getString("what"),
                            Rows.text(row, "run_id")))
                .list());
  }
}
