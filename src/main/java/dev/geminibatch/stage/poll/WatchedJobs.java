package dev.geminibatch.stage.poll;

import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.Run;
import dev.geminibatch.service.Connection;
import dev.geminibatch.stage.StageContext;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The open jobs that this process polls at one tick, and their runs. */
final class WatchedJobs {
  private final StageContext context;
  private final Predicate<Run> scope;
  private final boolean someWait;
  private final Map<String, Run> runs = new HashMap<>();
  private final Map<Connection, List<Job>> byService;

  /**
   * @param scope the runs that this process is for
   * @param someWait whether any run waits for room, which the jobs of others take
   */
  WatchedJobs(StageContext context, Predicate<Run> scope, boolean someWait) {
    this.context = context;
    this.scope = scope;
    this.someWait = someWait;
    Ledger ledger = context.ledger();
    ledger.queries().withOpenJobs().stream().filter(this::isWatched).forEach(this::add);
    List<Job> packs =
        ledger.packs().inState(JobState.OPEN).stream()
            .flatMap(pack -> watched(pack).stream())
            .toList();
    this.byService =
        Stream.concat(ledger.jobs().openAlone().stream(), packs.stream())
            .filter(job -> runs.containsKey(job.runId()))
            .collect(Collectors.groupingBy(job -> context.connection(runs.get(job.runId()))));
  }

  /** Theirs, by their ids. */
  Map<String, Run> runs() {
    return runs;
  }

  /** The jobs; a pack stands for those that are in it. */
  Map<Connection, List<Job>> byService() {
    return byService;
  }

  private void add(Run run) {
    runs.put(run.id(), run);
  }

  private boolean isOurs(Run run) {
    return scope.test(run) && context.leases().acquire(run.id());
  }

  private boolean isWatched(Run run) {
    // Jobs of runs that nobody works on take room until somebody sees that they are over.
    return isOurs(run)
        || someWait
            && context.leases().isFree(run.id())
            && context.settings().profiles().hasKey(run.profile());
  }

  /** A pack is polled for the first of its runs that is watched here. */
  private Optional<Job> watched(Job pack) {
    Optional<Run> first = context.ledger().queries().find(pack.runId()).filter(this::isWatched);
    if (first.isPresent()) {
      add(first.get());
      return Optional.of(pack);
    }
    String id = pack.remote().pack().orElseThrow();
    for (Run run : context.ledger().packs().unfinishedRuns(id)) {
      if (isOurs(run)) {
        add(run);
        return context.ledger().jobs().of(run.id()).stream()
            .filter(job -> job.state() == JobState.OPEN && job.name().equals(pack.name()))
            .map(job -> job.asPack(pack.requests(), pack.size().tokens(), pack.cancelAsked()))
            .findFirst();
      }
    }
    return Optional.empty();
  }
}
