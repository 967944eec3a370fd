package dev.geminibatch.stage.poll;

import dev.geminibatch.ledger.CreationQueue;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.run.BusyRuns;
import dev.geminibatch.run.Leases;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunScope;
import dev.geminibatch.run.RunState;
import dev.geminibatch.run.Suspicion;
import dev.geminibatch.service.Connection;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.stage.StageContext;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * At each tick: polls the open jobs, and says which runs have something to do. What a tick takes
 * depends on these, and not on how many runs wait for room or are finished.
 */
public final class Poller {
  private static final Logger LOG = LoggerFactory.getLogger("poll");

  /** How long a run that is to be tried alone waits for a moment when nobody else is at work. */
  private static final Duration OTHERS_FIRST = Duration.ofMinutes(30);

  /** How long then nobody else begins, for such a moment to come, and then beside that run. */
  private static final Duration OTHERS_WAIT = Duration.ofMinutes(10);

  private final Ledger ledger;
  private final CreationQueue queue;
  private final Leases leases;
  private final BusyRuns busy;
  private final DueLook look;
  private final StageContext context;
  private final Map<Connection, JobPolling> pollings = new HashMap<>();
  private final JobCancellation cancellation;
  private final Predicate<Run> scope;
  private final Clock clock;
  private final Instant started;
  private boolean hasPolled;

  /** Since when a run waits to be tried alone. */
  private Instant suspectSince;

  /** Since when a run is tried alone. */
  private Instant aloneSince = Instant.MAX;

  /**
   * @param scope the runs that this process is for, beside those that are to answer them
   */
  public Poller(StageContext context, CreationQueue queue, Predicate<Run> scope) {
    this.context = context;
    this.ledger = context.ledger();
    this.queue = queue;
    this.leases = context.leases();
    this.busy = context.busy();
    this.look = new DueLook(ledger.due(), busy::isBusy, busy::isIdle, System::nanoTime);
    this.clock = context.clock();
    this.cancellation = new JobCancellation(context);
    this.scope = scope;
    this.started = clock.instant();
  }

  /**
   * Runs that can continue, the oldest first, each begun by {@link BusyRuns#begin}.
   *
   * @param near those for which the service has done its part, or has room now: they are few, and
   *     do not wait behind thousands that have just arrived
   * @param others all others
   */
  public record Turns(List<String> near, List<String> others) {}

  /** One tick. */
  public Turns poll() {
    if (!leases.mayWork()) {
      return new Turns(List.of(), List.of());
    }
    if (!hasPolled) {
      hasPolled = true;
      new UnknownProfiles(context)
          .explain(
              ledger.queries().unfinished().stream()
                  .filter(run -> scope.test(run) && !isKnown(run))
                  .toList());
    }
    List<Run> stopped = ledger.due().stopped();
    busy.stop(stopped.stream().map(Run::id).collect(Collectors.toSet()));
    List<Run> following =
        ledger.queries().inState(RunState.FOLLOWING).stream()
            .filter(run -> scope.test(run) && isKnown(run))
            .toList();
    Set<String> leaders =
        following.stream().flatMap(run -> run.leader().stream()).collect(Collectors.toSet());
    boolean someWait = queue.isAnybodyWaiting();
    if (someWait) {
      queue.keep(
          () ->
              ledger.queries().inState(RunState.ASSEMBLED).stream()
                  .filter(run -> run.isQueued() && isInScope(run, leaders))
                  .map(Run::id)
                  .toList());
    }
    if (stopped.stream().anyMatch(Run::isCancelled)) {
      cancellation.cancelJobs(run -> isInScope(run, leaders) && leases.acquire(run.id()), stopped);
    }
    pollJobs(leaders, someWait);
    return goOn(following, leaders, someWait, !stopped.isEmpty());
  }

  /** For the route, which would search for the methods of each {@link Turns} again. */
  public static List<String> near(Turns turns) {
    return turns.near();
  }

  /** As {@link #near}. */
  public static List<String> others(Turns turns) {
    return turns.others();
  }

  private boolean isInScope(Run run, Set<String> leaders) {
    return !run.isDryRun() && isKnown(run) && (scope.test(run) || leaders.contains(run.id()));
  }

  /** A run of a profile that is not set any more, or has no key, waits until that is fixed. */
  private boolean isKnown(Run run) {
    return context.settings().profiles().hasKey(run.profile());
  }

  private void pollJobs(Set<String> leaders, boolean someWait) {
    WatchedJobs watched = new WatchedJobs(context, run -> isInScope(run, leaders), someWait);
    watched
        .byService()
        .forEach(
            (service, jobs) ->
                pollings
                    .computeIfAbsent(service, each -> new JobPolling(context, each))
                    .poll(jobs, watched.runs()));
  }

  private Turns goOn(
      List<Run> following, Set<String> leaders, boolean someWait, boolean someAreStopped) {
    Turns turns = new Turns(new ArrayList<>(), new ArrayList<>());
    DueLook.Found found = look.look(clock.instant(), started);
    List<Run> due =
        new ArrayList<>(found.runs().stream().filter(run -> isInScope(run, leaders)).toList());
    if (someAreStopped) {
      ledger.due().stoppedMayGoOn(clock.instant(), started).stream()
          .filter(run -> isInScope(run, leaders))
          .forEach(due::add); // some for the second time, and begun once
    }
    Set<String> ended = following.isEmpty() ? Set.of() : ledger.queries().endedLeaders();
    following.stream()
        .filter(
            run ->
                isDue(run) && (run.isCancelled() || run.leader().map(ended::contains).orElse(true)))
        .forEach(due::add);
    Optional<Run> suspect = found.areAll() ? suspect(due) : Optional.empty();
    for (Run run : due) {
      if (run.waiting().suspicion() == Suspicion.NONE && begin(run)) {
        boolean isNear =
            run.state() == RunState.FOLLOWING || run.state().compareTo(RunState.ASSEMBLED) >= 0;
        (isNear ? turns.near() : turns.others()).add(run.id());
      }
    }
    if (someWait) {
      services().forEach(service -> fillRoom(service, turns, leaders));
    }
    if (found.areAll()) {
      tryDoubtful(due, turns);
    }
    if (suspect.isPresent() && busy.isIdle()) {
      tryAlone(suspect.get(), turns);
    }
    return turns;
  }

  /**
   * Tries one more of those that need not be to blame, or do no harm, unless another one of them is
   * at work. All others continue beside it.
   */
  private void tryDoubtful(List<Run> due, Turns turns) {
    List<Run> doubtful = due.stream().filter(Poller::isDoubtful).toList();
    if (doubtful.stream().noneMatch(run -> busy.isBusy(run.id()) && !busy.isStuck(run.id()))) {
      doubtful.stream()
          .filter(this::begin)
          .findFirst()
          .ifPresent(run -> turns.others().add(run.id()));
    }
  }

  private static boolean isDoubtful(Run run) {
    Suspicion suspicion = run.waiting().suspicion();
    return suspicion != Suspicion.NONE && !suspicion.isTriedAlone();
  }

  /**
   * The run that is to be tried alone next, since it may have ended an earlier process. It waits
   * until nobody else is at work; after a while nobody else begins for a while.
   */
  private Optional<Run> suspect(List<Run> due) {
    Optional<Run> suspect =
        due.stream()
            .filter(
                run ->
                    run.waiting().suspicion().isTriedAlone()
                        && !busy.isBusy(run.id())
                        && mayTry(run))
            .findFirst();
    Instant now = clock.instant();
    if (now.minus(OTHERS_WAIT).isAfter(aloneSince)) {
      aloneSince = Instant.MAX;
      busy.share(); // it may upload for hours
    }
    if (suspect.isEmpty()
        || suspectSince == null
        || now.isAfter(suspectSince.plus(OTHERS_FIRST).plus(OTHERS_WAIT))) {
      suspectSince = now;
    }
    boolean isItsTurn = suspect.isPresent() && now.isAfter(suspectSince.plus(OTHERS_FIRST));
    busy.reserve(isItsTurn ? suspect.get().id() : null);
    return suspect;
  }

  private void tryAlone(Run run, Turns turns) {
    busy.reserve(run.id());
    if (begin(run)) {
      aloneSince = clock.instant();
      try (RunScope scope = RunScope.of(run)) {
        LOG.info("{}: tried alone, since it may have ended an earlier process", run.name());
      }
      turns.others().add(run.id());
    } else {
      busy.reserve(null);
    }
  }

  /** As many runs as there is room for, in turn. */
  private void fillRoom(Connection service, Turns turns, Set<String> leaders) {
    for (String id : queue.next(service.project(), started)) {
      Run run = ledger.queries().run(id);
      if (isInScope(run, leaders) && context.connection(run) == service && begin(run)) {
        turns.near().add(id);
      }
    }
  }

  private Set<Connection> services() {
    return context.settings().profiles().all().stream()
        .filter(profile -> profile.service().key().isPresent())
        .map(profile -> context.connections().of(profile.service()))
        .collect(Collectors.toSet());
  }

  /** A wait that an earlier process began is over: the restart may have been the remedy. */
  private boolean isDue(Run run) {
    return run.updated().isBefore(started) || !run.waiting().nextTry().isAfter(clock.instant());
  }

  /** Begins a run, unless its account is refused, or another process works on it. */
  private boolean begin(Run run) {
    ProjectId project = context.connection(run).project();
    boolean isBegun = context.accounts().mayTry(run, project) && take(run);
    if (isBegun) {
      context.accounts().trying(run, project);
    }
    return isBegun;
  }

  private boolean mayTry(Run run) {
    return context.accounts().mayTry(run, context.connection(run).project());
  }

  /** Takes a run, unless another thread or process has gone on with it until it was ours. */
  private boolean take(Run run) {
    if (leases.isOurs(run.id())) {
      return busy.beginOurs(run.id()) && keepIfAsSeen(run);
    }
    if (!leases.acquire(run.id())) {
      return false;
    }
    if (!isAsSeen(run)) {
      leases.release(run.id());
      return false;
    }
    return busy.begin(run.id());
  }

  /** Else it would queue behind thousands, and nobody could send it meanwhile. */
  private boolean keepIfAsSeen(Run begun) {
    boolean isAsSeen = false;
    try {
      isAsSeen = isAsSeen(begun);
    } finally {
      if (!isAsSeen) {
        busy.end(begun.id());
      }
    }
    return isAsSeen;
  }

  private boolean isAsSeen(Run seen) {
    Run present = ledger.queries().find(seen.id()).orElse(null);
    return present != null
        && present.state() == seen.state()
        && present.isQueued() == seen.isQueued()
        && present.isHeld() == seen.isHeld()
        && present.isCancelled() == seen.isCancelled()
        && present.waiting().suspicion() == seen.waiting().suspicion();
  }
}
