package dev.geminibatch.batch;

import dev.geminibatch.gemini.GeminiAccess;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** At each tick: has the open jobs looked at, and says which runs have something to do. */
public final class Poller {
  private final Ledger ledger;
  private final CreationQueue queue;
  private final RunClaims claims;
  private final JobWatch watch;
  private final Supplier<String> project;
  private final Predicate<Run> scope;
  private final Clock clock;
  private final Instant started;

  /**
   * @param scope the runs that this process is for
   */
  public Poller(
      StageContext context, CreationQueue queue, GeminiAccess service, Predicate<Run> scope) {
    this.ledger = context.ledger();
    this.queue = queue;
    this.claims = context.claims();
    this.clock = context.clock();
    this.project = service::project;
    this.watch = new JobWatch(context, service);
    this.scope = scope;
    this.started = clock.instant();
  }

  /**
   * One tick.
   *
   * @return the runs that can go on now, the oldest first, each begun by {@link RunClaims#begin}
   */
  public List<String> poll() {
    List<Run> ours = ours();
    List<String> queued = ours.stream().filter(Run::isQueued).map(Run::id).toList();
    ledger.stillWaiting(queued);
    Map<String, Run> watched = ours.stream().collect(Collectors.toMap(Run::id, run -> run));
    List<Job> open = ledger.jobs(JobState.OPEN);
    if (!queued.isEmpty()) {
      addAbandoned(open, watched);
    }
    watch.look(open.stream().filter(job -> watched.containsKey(job.runId())).toList(), watched);
    return goOn(ours);
  }

  /** Jobs of runs that nobody works on take room until somebody sees that they are over. */
  private void addAbandoned(List<Job> open, Map<String, Run> watched) {
    for (Job job : open) {
      if (!watched.containsKey(job.runId()) && claims.isFree(job.runId())) {
        watched.put(job.runId(), ledger.run(job.runId()));
      }
    }
  }

  /** The runs that this process has and that are not finished. */
  private List<Run> ours() {
    Set<String> owned = new HashSet<>();
    for (Run run : inScope(ledger.unfinished())) {
      if (run.state() != RunState.RECEIVING && !run.isDryRun() && claims.own(run.id())) {
        owned.add(run.id());
      }
    }
    List<Run> ours = new ArrayList<>();
    // Read again, since others may have gone on with a run until it was ours.
    for (Run run : ledger.unfinished()) {
      if (owned.remove(run.id())) {
        ours.add(run);
      }
    }
    owned.forEach(claims::disown); // finished in the meantime
    return ours;
  }

  /** The runs that this process is for, and those that are to answer them. */
  private List<Run> inScope(List<Run> unfinished) {
    Set<String> leaders = new HashSet<>();
    unfinished.stream().filter(scope).forEach(run -> run.leader().ifPresent(leaders::add));
    return unfinished.stream()
        .filter(run -> scope.test(run) || leaders.contains(run.id()))
        .toList();
  }

  private List<String> goOn(List<Run> ours) {
    Map<String, Set<JobState>> jobs = ledger.jobStates();
    Instant now = clock.instant();
    int room = ours.stream().anyMatch(Run::isQueued) ? queue.room(project.get()) : 0;
    List<String> begun = new ArrayList<>();
    for (Run run : ours) {
      Set<JobState> states = jobs.getOrDefault(run.id(), Set.of());
      boolean goesOn;
      boolean needsNoRoom = states.contains(JobState.ENDED) || states.contains(JobState.CREATING);
      if (run.isQueued() && !needsNoRoom) {
        goesOn = isDue(run, now) && room > 0;
        room -= goesOn ? 1 : 0;
      } else {
        goesOn = (isDue(run, now) || run.isQueued()) && hasSomethingToDo(run, states);
      }
      if (goesOn && claims.begin(run.id())) {
        begun.add(run.id());
      }
    }
    return begun;
  }

  /** A wait that an earlier process began is over: the restart may have been the remedy. */
  private boolean isDue(Run run, Instant now) {
    return run.updated().isBefore(started) || !run.nextTry().isAfter(now);
  }

  private boolean hasSomethingToDo(Run run, Set<JobState> jobs) {
    return switch (run.state()) {
      case SUBMITTED -> jobs.contains(JobState.ENDED) || jobs.equals(Set.of(JobState.COLLECTED));
      case FOLLOWING ->
          run.leader()
              .flatMap(ledger::find)
              .map(leader -> leader.state().isFinished())
              .orElse(true);
      default -> run.state().stage().isPresent();
    };
  }
}
