package dev.geminibatch.ledger;

import dev.geminibatch.run.Run;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Whether the ledger is older than it was: restored from a copy, or without the end of its log.
 * Then jobs may have been created that it knows nothing of, for runs that it has: before one of
 * these is sent, the service is asked for its job.
 *
 * <p>The database keeps since when it may lack something, in minutes since 1970, in {@code
 * user_version}, where a copy says when it was made; and until when, in {@code application_id}, if
 * its log was damaged. SQLite keeps both numbers for the users of a database. A ledger that lacks
 * nothing has 0 in both.
 */
public final class Restoration {
  /** The clocks of this machine and of the service, and the minute that is not over. */
  private static final Duration TOLERANCE = Duration.ofMinutes(5);

  private final Access quick;
  private final Optional<Instant> since;
  private final Optional<Instant> until;

  private Restoration(Access quick, Optional<Instant> since, Optional<Instant> until) {
    this.quick = quick;
    this.since = since;
    this.until = until;
  }

  static Restoration of(LedgerDatabase database) {
    return database
        .quick()
        .withHandle(
            handle ->
                new Restoration(
                    database.quick(),
                    minutes(handle, "user_version"),
                    minutes(handle, "application_id")));
  }

  private static Optional<Instant> minutes(Handle handle, String number) {
    long minutes = handle.createQuery("PRAGMA " + number).mapTo(Long.class).one();
    return minutes <= 0
        ? Optional.empty()
        : Optional.of(Instant.EPOCH.plus(Duration.ofMinutes(minutes)));
  }

  /**
   * Notes that the ledger has lost the end of its log.
   *
   * @param complete when all was in the database itself
   */
  static void lost(LedgerDatabase database, Instant complete, Instant now) {
    database
        .durable()
        .useHandle(
            handle -> {
              Instant since =
                  minutes(handle, "user_version").filter(complete::isAfter).orElse(complete);
              handle.execute("PRAGMA user_version = " + since.getEpochSecond() / 60);
              handle.execute("PRAGMA application_id = " + now.getEpochSecond() / 60);
            });
  }

  /** Whether it lacks anything, in words that follow "the ledger"; empty if not. */
  public Optional<String> inWords() {
    return since.map(
        time ->
            until.isPresent()
                ? "has lost the end of its log, and with it what happened after " + time
                : "was restored from a copy of " + time);
  }

  /** Jobs that the service created before are in the ledger; of later ones, some are not. */
  public Instant unknownSince() {
    return since.orElseThrow().minus(TOLERANCE);
  }

  /** Whether jobs of a run may exist of which the ledger does not know. */
  public boolean concerns(Run run) {
    return last().map(last -> !run.created().isAfter(last)).orElse(false);
  }

  /** Runs that were created later are complete. */
  private Optional<Instant> last() {
    return until.or(() -> since).map(time -> time.plus(TOLERANCE));
  }

  /**
   * Forgets that the ledger lacks something, once every run that this concerns is finished.
   *
   * @return whether it did
   */
  public boolean forgetIfOver() {
    if (since.isEmpty()) {
      return false;
    }
    long last = last().orElseThrow().toEpochMilli();
    return quick.withHandle(
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
            handle.execute("PRAGMA application_id = 0");
          }
          return left == 0;
        });
  }
}
