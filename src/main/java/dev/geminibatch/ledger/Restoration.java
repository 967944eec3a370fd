package dev.geminibatch.ledger;

import dev.geminibatch.ledger.LedgerDatabase.Note;
import dev.geminibatch.run.Run;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Whether the ledger is older than it was: restored from a copy, or without the end of its log.
 * Then jobs may have been created that it knows nothing of, for runs that it has: before one of
 * these is sent, the service is asked for its job.
 *
 * <p>The database notes since when it may lack something, where a copy says when it was made; and
 * until when, if its log was damaged. A ledger that lacks nothing has 0 in both.
 */
public final class Restoration {
  /** The clocks of this machine and of the service, and the minute that is not over. */
  private static final Duration TOLERANCE = Duration.ofMinutes(5);

  private final LedgerDatabase database;
  private final Optional<Instant> since;
  private final Optional<Instant> until;

  private Restoration(LedgerDatabase database, Optional<Instant> since, Optional<Instant> until) {
    this.database = database;
    this.since = since;
    this.until = until;
  }

  static Restoration of(LedgerDatabase database) {
    return database
        .quick()
        .withHandle(
            handle ->
                new Restoration(
                    database,
                    time(database.minutes(handle, Note.LACKS_SINCE)),
                    time(database.minutes(handle, Note.LACKS_UNTIL))));
  }

  private static Optional<Instant> time(long minutes) {
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
                  time(database.minutes(handle, Note.LACKS_SINCE))
                      .filter(complete::isAfter)
                      .orElse(complete);
              database.write(handle, Note.LACKS_SINCE, since.getEpochSecond() / 60);
              database.write(handle, Note.LACKS_UNTIL, now.getEpochSecond() / 60);
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
    return database
        .quick()
        .withHandle(
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
                database.write(handle, Note.LACKS_SINCE, 0);
                database.write(handle, Note.LACKS_UNTIL, 0);
              }
              return left == 0;
            });
  }
}
