package dev.geminibatch.ledger;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.run.Backoff;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.Run;
import dev.geminibatch.service.ErrorClassifier;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.service.ServiceFailure;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.PreparedBatch;

/**
 * Who may create a job next. So many of ours are open at once at the most; when there is no room,
 * or the service says that a quota is used up, runs wait in the order in which they arrived.
 *
 * <p>A quota that is used up stays so for minutes or hours: it comes free when jobs end, and the
 * service does not say when.
 */
public final class CreationQueue {
  private static final String OUT_OF_QUOTA = "The quota is used up: ";
  private static final Backoff QUOTA_WAITS =
      new Backoff(Duration.ofMinutes(1), Duration.ofMinutes(10));

  /** After that long nobody works on a run that waits: it must not hold up the others. */
  private static final Duration ABANDONED = Duration.ofMinutes(5);

  /** How often it is written down that somebody still works on them; there may be thousands. */
  private static final Duration REFRESHED = Duration.ofMinutes(1);

  private static final String OPEN =
      "SELECT COUNT(*) FROM job WHERE state IN ('CREATING', 'OPEN') AND project = :project";

  private final Jdbi jdbi;
  private final Clock clock;
  private final int maxOpen;
  private final Duration retryIn;
  private Instant refreshed = Instant.EPOCH;

  /**
   * @param maxOpen jobs of ours that may be open at once
   * @param retryIn how soon to try again when there was no room
   */
  CreationQueue(LedgerDatabase database, Clock clock, int maxOpen, Duration retryIn) {
    this.jdbi = database.durable();
    this.clock = clock;
    this.maxOpen = maxOpen;
    this.retryIn = retryIn;
  }

  /** What a run waits for. */
  enum Kind {
    /** Other jobs of ours must end first. */
    ROOM,
    /** The service takes no more for now. */
    QUOTA
  }

  /**
   * A place in the queue.
   *
   * @param time until it is tried again
   * @param isRefusal whether the service has said no, as opposed to nobody having asked it
   */
  public record Place(
      Kind kind,
      ProjectId project,
      String model,
      String reason,
      Duration time,
      boolean isRefusal) {}

  /** Whether any run waits, whosever it is. */
  public boolean isAnybodyWaiting() {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    "SELECT id FROM run WHERE waits_for IS NOT NULL AND state = 'ASSEMBLED' LIMIT 1")
                .mapTo(String.class)
                .findFirst()
                .isPresent());
  }

  /** Somebody still cares for these runs, so that they keep their places; asked now and then. */
  public synchronized void keep(Supplier<List<String>> waiting) {
    Instant now = clock.instant();
    if (!now.isBefore(refreshed.plus(REFRESHED))) {
      refreshed = now;
      keepPlaces(waiting.get(), now);
    }
  }

  private void keepPlaces(List<String> runs, Instant now) {
    jdbi.useTransaction(
        handle -> {
          PreparedBatch batch =
              handle.prepareBatch(
                  "UPDATE run SET waits_seen = :now WHERE id = :id AND waits_for IS NOT NULL");
          runs.forEach(id -> batch.bind("now", now.toEpochMilli()).bind("id", id).add());
          batch.execute();
        });
  }

  /** How many more jobs of the project may be open. */
  public int room(ProjectId project) {
    int open =
        jdbi.withHandle(
            handle ->
                handle
                    .createQuery(OPEN)
                    .bind("project", project.value())
                    .mapTo(Integer.class)
                    .one());
    return Math.max(0, maxOpen - open);
  }

  /** Where a run has to wait before it may create a job; empty if it may now. */
  public Optional<Place> placeFor(Run run, String model, ProjectId project) {
    int room = room(project);
    // As many of those that came first as there is room for are about to create their jobs.
    List<Place> forRoom = older(run, model, project, Kind.ROOM, Math.max(1, room));
    if (forRoom.size() >= Math.max(1, room)) {
      return Optional.of(forRoom.get(0));
    }
    return room == 0
        ? Optional.of(full(model, project))
        : older(run, model, project, Kind.QUOTA, 1).stream().findFirst();
  }

  /** The place of whoever finds no room. */
  public Place full(String model, ProjectId project) {
    return new Place(
        Kind.ROOM,
        project,
        model,
        maxOpen
            + " of our jobs are open, as many as job.max-open allows; the next one is created when"
            + " one of them ends",
        retryIn,
        false);
  }

  /** The places of runs that came first and wait for the same. */
  private List<Place> older(Run run, String model, ProjectId project, Kind kind, int most) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT id, name FROM run
                    WHERE waits_for IS NOT NULL AND state = 'ASSEMBLED'
                      AND waits_project = :project
                      AND waits_for = :kind AND (:kind = 'ROOM' OR waits_model = :model)
                      AND waits_seen > :abandoned
                      AND (created_at < :created OR created_at = :created AND id < :id)
                    ORDER BY created_at, id LIMIT :most""")
                .bind("kind", kind.name())
                .bind("most", most)
                .bind("project", project.value())
                .bind("model", model)
                .bind("abandoned", clock.millis() - ABANDONED.toMillis())
                .bind("created", run.created().toEpochMilli())
                .bind("id", run.id())
                .map(
                    (row, context) ->
                        new Place(
                            kind,
                            project,
                            model,
                            "waiting its turn behind "
                                + row.getString("name")
                                + " (run "
                                + row.getString("id")
                                + "), which waits for "
                                + (kind == Kind.ROOM ? "one of our jobs to end" : "the quota"),
                            retryIn,
                            false))
                .list());
  }

  /** The place of a run whose job the service did not take for lack of quota. */
  public Place afterRefusal(Run run, Job job, ServiceFailure failure) {
    Duration ours = QUOTA_WAITS.after(run.waiting().tries());
    Duration wait = failure.retryAfter().filter(asked -> asked.compareTo(ours) > 0).orElse(ours);
    return notNow(job, OUT_OF_QUOTA + failure.getMessage(), wait, clock.instant());
  }

  /**
   * The place of a job that the service took and ended at once, for lack of quota or because it
   * refuses the account.
   */
  public static Place afterFailure(Job job, boolean isAccount, String message, Instant now) {
    String what = isAccount ? ErrorClassifier.ACCOUNT_REFUSED : OUT_OF_QUOTA;
    return notNow(job, what + message, QUOTA_WAITS.after(job.creation() - 1), now);
  }

  private static Place notNow(Job job, String why, Duration wait, Instant now) {
    String reason =
        Amounts.clause(why)
            + ". The next try is at "
            + now.plus(wait).truncatedTo(ChronoUnit.SECONDS);
    return new Place(
        Kind.QUOTA, job.remote().project().orElseThrow(), job.model(), reason, wait, true);
  }
}
