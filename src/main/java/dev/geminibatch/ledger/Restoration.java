package dev.geminibatch.ledger;

import dev.geminibatch.run.Run;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/**
 * Whether the ledger was restored from a copy. Then jobs may have been created that it knows
 * nothing of, for runs that it has: before one of these is sent, the service is asked for its job.
 *
 * <p>A copy says of itself when it was made, in minutes since 1970, in the number that SQLite keeps
 * for the users of a database ({@code user_version}); a ledger that was never restored has 0 there.
 */
public final class Restoration {
  /** The clocks of this machine and of the service, and the minute that is not over. */
  private static final Duration TOLERANCE = Duration.ofMinutes(5);

  private final Jdbi jdbi;
  private final Optional<Instant> copied;

  private Restoration(Jdbi jdbi, Optional<Instant> copied) {
    this.jdbi = jdbi;
    this.copied = copied;
  }

  static Restoration of(LedgerDatabase database) {
    long minutes =
        database
            .quick()
            .withHandle(
                handle -> handle.createQuery("PRAGMA user_version").mapTo(Long.class).one());
    return new Restoration(
        database.quick(),
        minutes <= 0
            ? Optional.empty()
            : Optional.of(Instant.EPOCH.plus(Duration.ofMinutes(minutes))));
  }

  /** When the copy was made; empty if this ledger is not one. */
  public Optional<Instant> copied() {
    return copied;
  }

  /** Jobs that the service created before are in the ledger; of later ones, some are not. */
  public Instant unknownSince() {
    return copied.orElseThrow().minus(TOLERANCE);
  }

  /** Whether jobs of a run may exist of which the ledger does not know. */
  public boolean concerns(Run run) {
    return copied.isPresent() && !run.created().isAfter(copied.get().plus(TOLERANCE));
  }

  /**
   * Forgets that the ledger was restored, once every run that was in the copy is finished.
   *
   * @return whether it did
   */
  public boolean forgetIfOver() {
    if (copied.isEmpty()) {
      return false;
    }
    long last = copied.get().plus(TOLERANCE).toEpochMilli();
    return jdbi.withHandle(
        handle -> {
          long left =
              handle
                  .createQuery(
                      "SELECT COUNT(*) FROM run WHERE created_at <= :last AND state IN "
                          + Rows.UNFINISHED)
                  .bind("last", last)
                  .mapTo(Long.class)
                  .one();
          if (left == 0) {
            handle.execute("PRAGMA user_version = 0");
          }
          return left == 0;
        });
  }
}
