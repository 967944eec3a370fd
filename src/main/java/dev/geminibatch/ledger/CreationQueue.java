package dev.geminibatch.ledger;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.ledger.Turns.Turn;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.TurnOrder;
import dev.geminibatch.run.TurnOrder.Waiting;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.service.ServiceFailure;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * Who may create a job next. So many of ours are open at once at the most, with so many tokens of
 * each model; when there is no room, or the service says that a quota is used up, jobs wait in
 * {@linkplain TurnOrder turns}.
 */
public final class CreationQueue {
  /** After that long nobody works on a run that waits: it must not hold up the others. */
  private static final Duration ABANDONED = Duration.ofMinutes(5);

  private final Access quick;
  private final Clock clock;
  private final IntSupplier maxOpen;
  private final Limits limits;
  private final Duration retryIn;
  private final KeptPlaces kept;

  /**
   * @param maxOpen jobs of ours that may be open at once
   * @param limits of tokens
   * @param retryIn how soon to try again when there was no room
   */
  CreationQueue(
      LedgerDatabase database,
      Fences fences,
      Clock clock,
      IntSupplier maxOpen,
      Limits limits,
      Duration retryIn) {
    this.kept = new KeptPlaces(database, fences, clock);
    this.quick = database.quick();
    this.clock = clock;
    this.maxOpen = maxOpen;
    this.limits = limits;
    this.retryIn = retryIn;
  }

  /** How many tokens of a model a project may have enqueued. */
  @FunctionalInterface
  public interface Limits {
    /** What is known of it. */
    Limit of(ProjectId project, String model);
  }

  /**
   * How many tokens of a model may be enqueued; {@link Long#MAX_VALUE} if it is not known.
   *
   * @param total of all open jobs
   * @param perJob of one job, which is cut when it has many more
   */
  public record Limit(long total, long perJob) {
    /** Nothing is known. */
    public static final Limit NONE = new Limit(Long.MAX_VALUE, Long.MAX_VALUE);
  }

  /**
   * What the open jobs of a project may come to at the most.
   *
   * @param jobs how many
   * @param tokens of one model
   */
  public record Room(int jobs, long tokens) {
    double share(long ofJob) {
      return TurnOrder.share(ofJob, tokens, jobs);
    }
  }

  /** What a run waits for. */
  enum Kind {
    /** Other jobs of ours must end first, since there are too many. */
    ROOM,
    /** Other jobs of ours must end first, since they ask for too many tokens. */
    TOKENS,
    /** The service takes no more for now. */
    QUOTA,
    /** Other small runs with which it shares a job; see {@link Packs}. */
    PACK
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
    return quick.withHandle(handle -> Turns.isAnyWaiting(handle, "waits_for IS NOT NULL"));
  }

  /** Somebody still cares for these runs, so that they keep their places; asked now and then. */
  public void keep(Supplier<List<String>> waiting) {
    kept.keep(waiting);
  }

  /** What the open jobs may come to beside a job of this model. */
  public Room room(ProjectId project, String model) {
    return new Room(maxOpen.getAsInt(), limits.of(project, model).total());
  }

  /**
   * Gives the jobs of a run that wait their turns, once, and again with another key.
   *
   * @param project of its key
   */
  public void enter(Run run, ProjectId project) {
    List<Job> jobs = quick.withHandle(handle -> Turns.without(handle, run, project));
    if (!jobs.isEmpty()) {
      Function<String, Limit> known = remembered(project);
      List<Double> shares =
          jobs.stream()
              .map(
                  job ->
                      new Room(maxOpen.getAsInt(), known.apply(job.model()).total())
                          .share(job.size().tokens()))
              .toList();
      quick.useTransaction(handle -> Turns.enter(handle, run, project, jobs, shares));
    }
  }

  /** The run waits for others to share a job with, its jobs in their turns. */
  public void gather(Run run, ProjectId project, Place place) {
    quick.useTransaction(
        handle -> {
          enter(run, project);
          RunLedger.queued(handle, run.id(), place, clock.millis());
        });
  }

  /** How far behind each of some jobs of a run and model the next one stands. */
  public List<Double> steps(Run run, List<Job> jobs, ProjectId project) {
    Room room = room(project, jobs.get(0).model());
    return jobs.stream()
        .map(job -> TurnOrder.step(room.share(job.size().tokens()), run.options().priority()))
        .toList();
  }

  /** Asks for the limit of each model once. */
  private Function<String, Limit> remembered(ProjectId project) {
    Map<String, Limit> known = new HashMap<>();
    return model -> known.computeIfAbsent(model, each -> limits.of(project, each));
  }

  /** The runs whose jobs may be created now, in turn, as long as they wait for that. */
  public List<String> next(ProjectId project, Instant started) {
    if (!quick.withHandle(handle -> Turns.isAnyWaiting(handle, "waits_for <> 'PACK'"))) {
      return List.of(); // thousands may wait for a pack, and are not read for nothing
    }
    State state = state(project, started, "");
    Set<String> queued = new HashSet<>();
    state.waiting().stream().filter(Turn::isQueued).forEach(turn -> queued.add(turn.job().runId()));
    return next(state).stream().map(Waiting::runId).distinct().filter(queued::contains).toList();
  }

  /** What waits in a project, in turn, beside what is open. */
  private record State(List<Turn> waiting, Turns.Open open, Function<String, Limit> limits) {}

  private State state(ProjectId project, Instant started, String dueAnyway) {
    Instant now = clock.instant();
    Instant abandoned = now.minus(ABANDONED);
    return quick.withHandle(
        handle ->
            new State(
                Turns.waiting(handle, project, now, started, abandoned, dueAnyway),
                Turns.open(handle, project),
                remembered(project)));
  }

  private List<Waiting> next(State state) {
    return TurnOrder.next(
        state.waiting().stream()
            .map(turn -> turn.next(state.limits().apply(turn.job().model()).perJob()))
            .toList(),
        Math.max(0, maxOpen.getAsInt() - state.open().jobs()),
        state.open().tokens(),
        model -> state.limits().apply(model).total());
  }

  /** Where a job of a run waits before it may be created; empty if it may be now. */
  public Optional<Place> placeFor(Run run, Job job, ProjectId project) {
    State state = state(project, Instant.EPOCH, run.id());
    boolean isNext =
        next(state).stream()
            .anyMatch(next -> next.runId().equals(run.id()) && next.number() == job.number());
    return isNext ? Optional.empty() : Optional.of(place(state, run, job, project));
  }

  /** Why it has to wait: for room, or behind the first one that waits for the same. */
  private Place place(State state, Run run, Job job, ProjectId project) {
    Turns.Open open = state.open();
    Limit limit = state.limits().apply(job.model());
    long needed = job.size().firstTokens(limit.perJob());
    List<Waiting> refused = new ArrayList<>();
    for (Turn ahead : state.waiting()) {
      if (ahead.job().runId().equals(run.id())) {
        break;
      }
      boolean isSameModel = ahead.job().model().equals(job.model());
      Waiting its = ahead.next(limit.perJob());
      boolean isInTheWay =
          isSameModel && refused.stream().noneMatch(each -> each.holdsBack(its.tokens()));
      if (isInTheWay && its.holdsBack(needed)
          || its.isDue() && (isInTheWay || open.jobs() >= maxOpen.getAsInt())) {
        return behind(ahead, job, project);
      }
      if (isInTheWay && its.isRefused()) {
        refused.add(its);
      }
    }
    long enqueued = open.tokens().getOrDefault(job.model(), 0L);
    if (enqueued > 0 && limit.total() < Long.MAX_VALUE) {
      return noTokens(job, project, enqueued, limit);
    }
    // Those who are next may be about to be created, by the same run among others.
    return open.jobs() + next(state).size() >= maxOpen.getAsInt()
        ? full(job.model(), project)
        : lost(job.model(), project);
  }

  private Place behind(Turn ahead, Job job, ProjectId project) {
    return unasked(
        Kind.TOKENS,
        project,
        job.model(),
        "waiting its turn behind "
            + ahead.runName()
            + " (run "
            + ahead.job().runId()
            + "), which waits for "
            + (ahead.job().isRefused() ? "the quota" : "room"));
  }

  /** The place of a job whose tokens do not fit beside those that are enqueued. */
  public Place noTokens(Job job, ProjectId project, long enqueued, Limit limit) {
    long needed = job.size().firstTokens(limit.perJob());
    return unasked(
        Kind.TOKENS,
        project,
        job.model(),
        Amounts.tokens(enqueued)
            + " of "
            + Amounts.tokens(limit.total())
            + " tokens are enqueued for "
            + job.model()
            + (job.size().isCutFor(limit.perJob())
                ? "; the first part of this job needs "
                : "; this job needs ")
            + Amounts.tokens(needed)
            + untilFree(project, job, needed - (limit.total() - enqueued)));
  }

  /** The place of whoever finds no room. */
  public Place full(String model, ProjectId project) {
    return unasked(
        Kind.ROOM,
        project,
        model,
        maxOpen.getAsInt()
            + " of our jobs are open, as many as job.max-open allows; the next one is created when"
            + " one of them ends");
  }

  /** The place of whoever has just found room, and another one was faster. */
  public Place lost(String model, ProjectId project) {
    String reason = "another job has just taken the room; this one is tried again";
    return unasked(Kind.ROOM, project, model, reason);
  }

  /** The place of a job that the service has not been asked for. */
  private Place unasked(Kind kind, ProjectId project, String model, String reason) {
    return new Place(kind, project, model, reason, retryIn, false);
  }

  private String untilFree(ProjectId project, Job job, long missing) {
    return quick
        .withHandle(
            handle -> Turns.untilFree(handle, project, job.model(), missing, clock.instant()))
        .map(time -> "; in about " + Amounts.time(time))
        .orElse("");
  }

  /**
   * The place of a small run, which is to share a job with others.
   *
   * @param time until it is sent if nobody has said before that all are there
   */
  public static Place gathering(String model, ProjectId project, Duration time) {
    return new Place(
        Kind.PACK,
        project,
        model,
        "waiting for other small files to share a job with (job.pack-wait)",
        time,
        false);
  }

  /** The place of runs whose jobs were in a pack that came to nothing. */
  public static Place packAgain(String model, ProjectId project, String reason, Duration time) {
    return new Place(Kind.PACK, project, model, reason, time, !time.isZero());
  }

  /** The place of a run whose job was not taken for lack of quota; {@code besides} may say more. */
  public Place afterRefusal(Run run, Job job, ServiceFailure failure, String besides) {
    return QuotaWaits.afterRefusal(run, job, failure, besides, clock.instant());
  }
}
