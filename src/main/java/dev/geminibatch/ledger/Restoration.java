package dev.geminibatch.ledger;

import dev.geminibatch.ledger.LedgerNotes.Note;
import dev.geminibatch.run.Run;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
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

  private static final Duration MINUTE = Duration.ofMinutes(1);

  /** For calls of members that do not know yet that the ledger has gone back. */
  private static final Duration CALLS = Duration.ofMinutes(1);

  private final LedgerDatabase database;
  private final Fences fences;
  private volatile Lack lack;

  /** What is lacking since and until when, as of the notes that these words stand for. */
  private record Lack(Optional<Instant> since, Optional<Instant> until, String notes) {
    private static Lack of(LedgerDatabase database, String notes) {
      return database
          .quick()
          .withHandle(
              handle ->
                  new Lack(
                      time(database.minutes(handle, Note.LACKS_SINCE)),
                      time(database.minutes(handle, Note.LACKS_UNTIL)),
                      notes));
    }

    /** Runs that were created later are complete. */
    private Optional<Instant> last() {
      return until.or(() -> since).map(time -> time.plus(TOLERANCE));
    }

    private static Optional<Instant> time(long minutes) {
      return minutes <= 0
          ? Optional.empty()
          : Optional.of(Instant.EPOCH.plus(Duration.ofMinutes(minutes)));
    }
  }

  private Restoration(LedgerDatabase database, Fences fences) {
    this.database = database;
    this.fences = fences;
    this.lack = Lack.of(database, null);
  }

  static Restoration of(LedgerDatabase database, Fences fences) {
    return new Restoration(database, fences);
  }

  /** A ledger on a server may go back while we work; each transaction tells if that was noted. */
  private Lack lack() {
    OwnWrites writes = fences.writes();
    if (writes != null && !Objects.equals(writes.notes(), lack.notes())) {
      lack = Lack.of(database, writes.notes());
    }
    return lack;
  }

  /**
   * Notes that the ledger has lost the end of its log.
   *
   * @param complete when all was in the database itself
   */
  static void lost(LedgerDatabase database, Instant complete, Instant now) {
    database.durable().useHandle(handle -> lost(database, handle, complete, now));
  }

  /** The same in a transaction. */
  static void lost(LedgerNotes notes, Handle handle, Instant complete, Instant now) {
    Instant since =
        Lack.time(notes.minutes(handle, Note.LACKS_SINCE))
            .filter(complete::isAfter)
            .orElse(complete);
    notes.write(handle, Note.LACKS_SINCE, since.getEpochSecond() / 60);
    notes.write(handle, Note.LACKS_UNTIL, now.getEpochSecond() / 60);
  }

  /** Whether it lacks anything, in words that follow "the ledger"; empty if not. */
  public Optional<String> inWords() {
    Lack present = lack();
    return present
        .since()
        .map(
            time ->
                present.until().isPresent()
                    ? (fences.writes() == null
                            ? "has lost the end of its log, and with it what happened after "
                            : "has gone back, and lacks what happened after ")
                        + time
                    : "was restored from a copy of " + time);
  }

  /** Jobs that the service created before are in the ledger; of later ones, some are not. */
  public Instant unknownSince() {
    return lack().since().orElseThrow().minus(TOLERANCE);
  }

  /** Stands for what is lacking: what was found out is good for as long as it is the same. */
  public Object extent() {
    Lack present = lack();
    return List.of(present.since(), present.until());
  }

  /** Whether jobs of a run may exist of which the ledger does not know. */
  public boolean concerns(Run run) {
    return lack().last().map(last -> !run.created().isAfter(last)).orElse(false);
  }

  /** Until when jobs may appear at the service that nobody can have found before. */
  public Optional<Instant> callsUntil() {
    return fences.writes() == null
        ? Optional.empty()
        : lack().until().map(time -> time.plus(MINUTE).plus(CALLS));
  }

  /**
   * Forgets that the ledger lacks something, once every run that this concerns is finished.
   *
   * @return whether it did
   */
  public boolean forgetIfOver() {
    Object extent = extent();
    Lack present = lack();
    if (present.since().isEmpty()) {
      return false;
    }
    long last = present.last().orElseThrow().toEpochMilli();
    return database
        .quick()
        .inTransaction(
            handle -> {
              if (!extent().equals(extent)) {
                return false; // it has gone back once more
              }
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
