package dev.geminibatch.stage.poll;

import dev.geminibatch.ledger.CreationQueue;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunClaims;
import dev.geminibatch.run.RunState;
import dev.geminibatch.service.Connection;
import dev.geminibatch.settings.Profiles;
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
 * At each tick: has the open jobs looked at, and says which runs have something to do. What a tick
 * takes depends on these, and not on how many runs wait for room or are finished.
 */
public final class Poller {
  private static final Logger LOG = LoggerFactory.getLogger("poll");
  private static final int PAGE = 200;

  private final Ledger ledger;
  private final CreationQueue queue;
  private final RunClaims claims;
  private final StageContext context;
  private final Map<Connection, JobPolling> watches = new HashMap<>();
  private final Predicate<Run> scope;
  private final Clock clock;
  private final Instant started;
  private boolean hasLooked;

  /**
   * @param scope the runs that this process is for, beside those that are to answer them
   */
  public Poller(StageContext context, CreationQueue queue, Predicate<Run> scope) {
    this.context = context;
    this.ledger = context.ledger();
    this.queue = queue;
    this.claims = context.claims();
    this.clock = context.clock();
    this.scope = scope;
    this.started = clock.instant();
  }

  /**
   * Runs that can go on, the oldest first, each begun by {@link RunClaims#begin}.
   *
   * @param near those for which the service has done its part, or has room now: they are few, and
   *     do not wait behind thousands that have just arrived
   * @param others all others
   */
  public record Turns(List<String> near, List<String> others) {}

  /** One tick. */
  public Turns poll() {
    if (!hasLooked) {
      hasLooked = true;
      tellUnknown();
    }
    List<Run> following =
        ledger.inState(RunState.FOLLOWING).stream()
            .filter(run -> scope.test(run) && isKnown(run))
            .toList();
    Set<String> leaders =
        following.stream().flatMap(run -> run.leader().stream()).collect(Collectors.toSet());
    boolean someWait = queue.isAnybodyWaiting();
    if (someWait) {
      queue.keep(
          () ->
              ledger.inState(RunState.ASSEMBLED).stream()
                  .filter(run -> run.isQueued() && isInScope(run, leaders))
                  .map(Run::id)
                  .toList());
    }
    look(leaders, someWait);
    return goOn(following, leaders, someWait);
  }

  /** Nothing else would say why they wait. */
  private void tellUnknown() {
    for (Run run : ledger.unfinished()) {
      if (scope.test(run) && !isKnown(run)) {
        String reason =
            "Its profile "
                + run.profile()
                + " is not in the configuration any more, or has no key; it goes on when that is"
                + " mended.";
        LOG.warn("{}: {}", run.name(), reason);
        ledger.parked(run.id(), reason, Duration.ZERO);
      }
    }
  }

  /** For the route, which would look for the methods of each {@link Turns} anew. */
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

  /** A run of a profile that is not set any more, or has no key, waits until that is mended. */
  private boolean isKnown(Run run) {
    Profiles profiles = context.settings().profiles();
    return profiles.has(run.profile()) && profiles.of(run.profile()).service().key().isPresent();
  }

  private void look(Set<String> leaders, boolean someWait) {
    Map<String, Run> watched = new HashMap<>();
    for (Run run : ledger.withOpenJobs()) {
      boolean ours = isInScope(run, leaders) && claims.own(run.id());
      // Jobs of runs that nobody works on take room until somebody sees that they are over.
      if (ours || someWait && claims.isFree(run.id()) && isKnown(run)) {
        watched.put(run.id(), run);
      }
    }
    Map<Connection, List<Job>> open =
        ledger.jobs(JobState.OPEN).stream()
            .filter(job -> watched.containsKey(job.runId()))
            .collect(Collectors.groupingBy(job -> context.service(watched.get(job.runId()))));
    open.forEach(
        (service, jobs) ->
            watches
                .computeIfAbsent(service, each -> new JobPolling(context, each))
                .look(jobs, watched));
  }

  private Turns goOn(List<Run> following, Set<String> leaders, boolean someWait) {
    Turns turns = new Turns(new ArrayList<>(), new ArrayList<>());
    for (Run run : ledger.mayGoOn(clock.instant(), started)) {
      if (isInScope(run, leaders) && begin(run)) {
        boolean hasJobs = run.state().compareTo(RunState.ASSEMBLED) >= 0;
        (hasJobs ? turns.near() : turns.others()).add(run.id());
      }
    }
    if (someWait) {
      services().forEach(service -> fillRoom(service, turns, leaders));
    }
    if (!following.isEmpty()) {
      Set<String> ended = ledger.endedLeaders();
      following.stream()
          .filter(run -> isDue(run) && run.leader().map(ended::contains).orElse(true))
          .filter(this::begin)
          .forEach(run -> turns.near().add(run.id()));
    }
    return turns;
  }

  /** As many runs as there is room for; those of others, or of nobody, take none of it. */
  private void fillRoom(Connection service, Turns turns, Set<String> leaders) {
    int room = queue.room(service.project());
    Optional<Run> last = Optional.empty();
    List<Run> page;
    do {
      page = room > 0 ? ledger.waiting(clock.instant(), started, last, PAGE) : List.of();
      for (Run run : page) {
        boolean mayGoOn = room > 0 && isInScope(run, leaders) && context.service(run) == service;
        if (mayGoOn && begin(run)) {
          turns.near().add(run.id());
          room--;
        }
        last = Optional.of(run);
      }
    } while (page.size() == PAGE);
  }

  private Set<Connection> services() {
    return context.settings().profiles().all().stream()
        .filter(profile -> profile.service().key().isPresent())
        .map(context.services()::of)
        .collect(Collectors.toSet());
  }

  /** A wait that an earlier process began is over: the restart may have been the remedy. */
  private boolean isDue(Run run) {
    return run.updated().isBefore(started) || !run.nextTry().isAfter(clock.instant());
  }

  /** Begins a run, unless another process has gone on with it until it was ours. */
  private boolean begin(Run run) {
    if (claims.isOurs(run.id())) {
      return claims.beginOurs(run.id());
    }
    if (!claims.own(run.id())) {
      return false;
    }
    Optional<Run> present = ledger.find(run.id());
    if (present.map(Run::state).filter(run.state()::equals).isEmpty()) {
      claims.disown(run.id());
      return false;
    }
    return claims.begin(run.id());
  }
}
