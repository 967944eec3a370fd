package dev.geminibatch.stage.poll;

import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunScope;
import dev.geminibatch.service.JobName;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.service.ServiceFailure.Kind;
import dev.geminibatch.stage.StageContext;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Cancels the open jobs of runs that a person has cancelled. */
final class JobCancellation {
  private static final Logger LOG = LoggerFactory.getLogger("poll");

  /** The service need not obey at once, or at all. */
  private static final Duration AGAIN = Duration.ofMinutes(10);

  /** A service in trouble is not asked at each tick. */
  private static final Duration AFTER_FAILURE = Duration.ofMinutes(1);

  private final StageContext context;
  private final Map<JobName, Instant> askAgain = new HashMap<>();

  JobCancellation(StageContext context) {
    this.context = context;
  }

  /**
   * Asks the service to cancel what is open, unless it was asked a short while ago.
   *
   * @param ours whether this process works on a run
   * @param runs of which some are cancelled
   */
  void cancelJobs(Predicate<Run> ours, List<Run> runs) {
    Instant now = context.clock().instant();
    askAgain.values().removeIf(time -> !time.isAfter(now));
    Map<String, Boolean> wanted = new HashMap<>();
    for (Run run : runs) {
      if (run.isCancelled() && run.isPaid() && ours.test(run)) {
        context.ledger().jobs().of(run.id()).stream()
            .filter(job -> job.state() == JobState.OPEN && !isWanted(job, wanted))
            .forEach(job -> job.name().ifPresent(name -> cancel(run, job, name, now)));
      }
    }
  }

  /**
   * A job that it shares with runs that are wanted stays open: what it answers is paid for, and
   * delivered when it has ended.
   */
  private boolean isWanted(Job job, Map<String, Boolean> wanted) {
    return job.remote()
        .pack()
        .map(pack -> wanted.computeIfAbsent(pack, context.ledger().packs()::isWanted))
        .orElse(false);
  }

  private void cancel(Run run, Job job, JobName name, Instant now) {
    if (askAgain.containsKey(name)) {
      return;
    }
    try (RunScope scope = RunScope.of(run)) {
      cancelNow(run, job, name, now);
    }
  }

  private void cancelNow(Run run, Job job, JobName name, Instant now) {
    Optional<ServiceFailure> failure = failureOf(run, name);
    askAgain.put(name, now.plus(failure.isPresent() ? AFTER_FAILURE : AGAIN));
    if (failure.isEmpty()) {
      LOG.info("{}: {} ({}) is cancelled with its run", run.name(), name, job.label());
    } else if (!hasEnded(failure.get())) {
      LOG.warn(
          "{}: {} could not be cancelled and will be retried: {}",
          run.name(),
          name,
          failure.get().getMessage());
    }
  }

  private Optional<ServiceFailure> failureOf(Run run, JobName name) {
    try {
      context.connection(run).batches().cancelJob(name);
      return Optional.empty();
    } catch (ServiceFailure failure) {
      return Optional.of(failure);
    }
  }

  /** What has ended cannot be cancelled; the next poll sees how it has ended. */
  private static boolean hasEnded(ServiceFailure failure) {
    return failure.kind() == Kind.NOT_FOUND || failure.status().equals("FAILED_PRECONDITION");
  }
}
