package dev.geminibatch.stage.poll;

import dev.geminibatch.answer.JobProblem;
import dev.geminibatch.ledger.CreationQueue;
import dev.geminibatch.ledger.JobLedger;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.Run;
import dev.geminibatch.service.BatchService;
import dev.geminibatch.service.JobName;
import dev.geminibatch.service.RemoteJob;
import dev.geminibatch.service.RemoteJob.ServiceError;
import dev.geminibatch.service.RemoteJobState;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.service.ServiceLimits;
import dev.geminibatch.stage.StageContext;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes down what a poll has shown of a job, and acts on it. */
final class JobNews {
  private static final Logger LOG = LoggerFactory.getLogger("poll");

  /** How often a job that hangs is asked to be cancelled, until it is. */
  private static final Duration CANCEL_AGAIN = Duration.ofMinutes(10);

  private final StageContext context;
  private final JobLedger jobs;
  private final Supplier<BatchService> batches;
  private final Clock clock;
  private final Optional<Duration> stuckAfter;

  JobNews(StageContext context, Supplier<BatchService> batches) {
    this.context = context;
    this.jobs = context.ledger().jobs();
    this.clock = context.clock();
    this.stuckAfter = context.settings().jobs().stuckAfter();
    this.batches = batches;
  }

  /** Takes what the service says of a job. */
  void take(Job job, RemoteJob seen, Run run) {
    try {
      writeDown(job, seen, run);
    } catch (IllegalStateException e) {
      // Another process may have seen the same a moment before.
      LOG.warn(
          "{}: what {} came to is not written down: {}",
          run.name(),
          job.shownName(),
          e.getMessage());
    }
  }

  private void writeDown(Job job, RemoteJob seen, Run run) {
    if (!seen.state().isEnded()) {
      context.showWaiting(run, job, seen);
      runsOn(job, seen, run);
    } else if (seen.state() == RemoteJobState.SUCCEEDED && seen.responsesFile().isEmpty()) {
      if (isLongOver(seen)) {
        ended(run, job, seen, "the service has named no file with its answers");
      } // else the file is named a little later
    } else if (wasRefusedForQuota(seen) && !job.cancelAsked()) {
      createAgain(job, seen, run);
    } else {
      ended(run, job, seen, seen.state() == RemoteJobState.SUCCEEDED ? null : reason(seen));
    }
  }

  private void runsOn(Job job, RemoteJob seen, Run run) {
    if (!job.remote().state().equals(Optional.of(seen.stateText()))) {
      jobs.seen(job, seen.stateText(), seen.state() == RemoteJobState.RUNNING);
      LOG.info("{}: {} is {}", run.name(), job.label(), seen.stateWords());
    }
    if (hangs(job) && !job.cancelAsked()) {
      LOG.warn(
          "{}: {} takes longer than job.stuck-after allows; it is cancelled, and what it has not"
              + " answered is sent again as soon as the service says that it is over",
          run.name(),
          seen.name());
      jobs.givenUp(job);
      cancel(seen.jobName());
    }
  }

  private boolean hangs(Job job) {
    Instant now = clock.instant();
    return stuckAfter.isPresent()
        && job.times().submitted().orElse(now).plus(stuckAfter.get()).isBefore(now)
        && job.times().givenUp().orElse(Instant.EPOCH).plus(CANCEL_AGAIN).isBefore(now);
  }

  /** That one job cannot be cancelled must not keep the others from being polled. */
  private void cancel(JobName name) {
    try {
      batches.get().cancelJob(name);
    } catch (ServiceFailure failure) {
      LOG.warn("{} could not be cancelled and will be retried: {}", name, failure.getMessage());
    }
  }

  /** The service takes a job and ends it at once when there is no quota for it. */
  private static boolean wasRefusedForQuota(RemoteJob seen) {
    return seen.state() == RemoteJobState.FAILED
        && seen.error().map(ServiceError::status).equals(Optional.of("RESOURCE_EXHAUSTED"))
        && seen.responsesFile().isEmpty()
        && seen.counts().succeeded() == 0;
  }

  private void createAgain(Job job, RemoteJob seen, Run run) {
    CreationQueue.Place place = CreationQueue.afterFailure(job, reason(seen), clock.instant());
    LOG.warn("{}: {} was not worked on. {}", run.name(), seen.name(), place.reason());
    jobs.toBeCreatedAgain(job, place);
  }

  private boolean isLongOver(RemoteJob seen) {
    return seen.ended()
        .map(ended -> ended.plus(ServiceLimits.ANSWER_LIFE).isBefore(clock.instant()))
        .orElse(false);
  }

  private void ended(Run run, Job job, RemoteJob seen, String reason) {
    boolean hung = seen.state() == RemoteJobState.CANCELLED && job.times().givenUp().isPresent();
    jobs.ended(
        job,
        hung ? JobProblem.Kind.STUCK.name() : seen.stateText(),
        seen.responsesFile().orElse(null),
        hung ? "it took longer than job.stuck-after allows and was cancelled" : reason);
    if (reason != null) { // else it is reported with its answers
      LOG.info("{}: {} {}: {}", run.name(), seen.name(), seen.stateWords(), reason);
    }
  }

  private static String reason(RemoteJob seen) {
    return seen.error()
        .map(error -> error.status() + ": " + error.message())
        .orElse("the service gave no reason");
  }
}
