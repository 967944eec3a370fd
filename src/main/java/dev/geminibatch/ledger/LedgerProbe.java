package dev.geminibatch.ledger;

import java.time.Instant;
import java.util.Optional;

/** Short questions of somebody who watches the ledger from outside. */
public final class LedgerProbe {
  private final Access durable;
  private final Access reading;
  private final LedgerDatabase database;

  LedgerProbe(LedgerDatabase database) {
    this.durable = database.durable();
    this.reading = database.reading();
    this.database = database;
  }

  /** Writes a row as it was, down to the disk; throws what keeps it from that. */
  public void write() {
    durable.useHandle(
        handle ->
            handle.execute(
                "UPDATE flyway_schema_history SET success = success WHERE installed_rank = 1"));
  }

  /**
   * Stands for what the ledger holds: each commit, of whatever process, changes it. To ask for it
   * costs next to nothing.
   */
  public long stamp() {
    return database.stamp();
  }

  /** The service's name of a job that was created before a time and is still open. */
  public Optional<String> openBefore(Instant time) {
    return reading.withHandle(
        handle ->
            handle
                .createQuery(
                    "SELECT name FROM job WHERE state = 'OPEN' AND name IS NOT NULL"
                        + " AND submitted_at < :time ORDER BY submitted_at LIMIT 1")
                .bind("time", time.toEpochMilli())
                .mapTo(String.class)
                .findOne());
  }
}
