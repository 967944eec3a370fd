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

/**
 * The open jobs that this process polls.
 *
 * @param runs theirs, by their ids
 * @param byService a pack stands for its jobs
 */
record WatchedJobs(Map<String, Run> runs, Map<Connection, List<Job>> byService) {
  /**
   * @param scope the runs that this process is for
   * @param someWait whether any run waits for room, which the jobs of others take
   */
  static WatchedJobs of(StageContext context, Predicate<Run> scope, boolean someWait) {
    return new Search(context, scope, someWait).jobs();
  }

  private record Search(
      StageContext context, Predicate<Run> scope, boolean someWait, Map<String, Run> watched) {
    private Search(StageContext context, Predicate<Run> scope, boolean someWait) {
      this(context, scope, someWait, new HashMap<>());
    }

    private WatchedJobs jobs() {
      Ledger ledger = context.ledger();
      for (Run run : ledger.queries().withOpenJobs()) {
        if (isWatched(run)) {
          watched.put(run.id(), run);
        }
      }
      List<Job> packs =
          ledger.packs().inState(JobState.OPEN).stream()
              .flatMap(pack -> watched(pack).stream())
              .toList();
      Map<Connection, List<Job>> open =
          Stream.concat(ledger.jobs().openAlone().stream(), packs.stream())
              .filter(job -> watched.containsKey(job.runId()))
              .collect(Collectors.groupingBy(job -> context.connection(watched.get(job.runId()))));
      return new WatchedJobs(watched, open);
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
      Optional<Run> first = context.ledger().queries().find(pack.runId());
      if (first.isPresent() && isWatched(first.get())) {
        watched.put(pack.runId(), first.get());
        return Optional.of(pack);
      }
      String id = pack.remote().pack().orElseThrow();
      for (Run run : context.ledger().packs().unfinishedRuns(id)) {
        if (isOurs(run)) {
          watched.put(run.id(), run);
          return context.ledger().jobs().of(run.id()).stream()
              .filter(job -> job.state() == JobState.OPEN && job.name().equals(pack.name()))
              .map(job -> job.asPack(pack.requests(), pack.size().tokens(), pack.cancelAsked()))
              .findFirst();
        }
      }
      return Optional.empty();
    }
  }
}
