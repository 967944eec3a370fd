package dev.geminibatch.ledger;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What a person may want to know of, the last 1,000 times. */
public final class Events {
  private static final int KEPT = 1_000;

  private final Access quick;
  private final Access reading;

  Events(LedgerDatabase database) {
    this.quick = database.quick();
    this.reading = database.reading();
  }

  /** How much it matters. */
  public enum Level {
    INFO,
    WARN,
    ERROR
  }

  /** Something that has happened. */
  public record Event(Instant at, Level level, String text, Optional<String> runId) {}

  /**
   * An event that was written.
   *
   * @param id ascends
   */
  public record Entry(long id, Event event) {}

  /** Writes events in their order, all or none; a power failure may take the last ones. */
  public void write(List<Event> events) {
    if (events.isEmpty()) {
      return;
    }
    List<Event> last = events.subList(Math.max(0, events.size() - KEPT), events.size());
    quick.useTransaction(
        handle -> {
          Batch batch =
              handle.prepareBatch(
                  "INSERT INTO event (id, at, level, text, run_id)"
                      + " VALUES ((SELECT COALESCE(MAX(id), 0) + 1 FROM event), ?, ?, ?, ?)");
          for (Event event : last) {
            batch.add(
                event.at().toEpochMilli(),
                event.level().name(),
                Rows.shortened(event.text()),
                event.runId().orElse(null));
          }
          batch.execute();
          handle.execute("DELETE FROM event WHERE id <= (SELECT MAX(id) FROM event) - ?", KEPT);
        });
  }

  /**
   * The newest events, the newest first.
   *
   * @param before only those with a lower id; {@link Long#MAX_VALUE} for the first page
   */
  public List<Entry> page(long before, int most) {
    return reading.withHandle(
        handle ->
            handle
                .createQuery("SELECT * FROM event WHERE id < :before ORDER BY id DESC LIMIT :most")
                .bind("before", before)
                .bind("most", most)
                .map(
                    row ->
                        new Entry(
                            row.getLong("id"),
                            new Event(
                                Instant.ofEpochMilli(row.getLong("at")),
                                Level.valueOf(row.getString("level")),
                                row.getString("text"),
                                Rows.text(row, "run_id"))))
                .list());
  }
}
