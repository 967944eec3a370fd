package dev.geminibatch.stage.poll;

import dev.geminibatch.ledger.CreationQueue;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.Progress;
import dev.geminibatch.run.Progress.Unit;
import dev.geminibatch.run.Run;
import dev.geminibatch.service.Connection;
import dev.geminibatch.service.RemoteJob;
import dev.geminibatch.service.RemoteJob.ServiceError;
import dev.geminibatch.service.RemoteJobState;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.service.ServiceFailure.Kind;
import dev.geminibatch.service.gemini.GeminiService;
import dev.geminibatch.service.gemini.GeminiService.BatchPage;
import dev.geminibatch.stage.StageContext;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks how the open jobs are, at the cost of one or two requests however many there are, and
 * writes down what it saw. Jobs that take long are looked at less often, and so is a service in
 * trouble.
 */
public final class JobPolling {
  private static final Logger LOG = LoggerFactory.getLogger("poll");

  /** Not documented, but files with the service live as long; then there is nothing to wait for. */
  public static final Duration LIFE_OF_ANSWERS = Duration.ofHours(48);

  /** How long a job must be missing until it is given up. */
  private static final Duration LONG_ENOUGH_GONE = Duration.ofMinutes(10);

  /** How often a job that hangs is asked to be cancelled, until it is. */
  private static final Duration ASK_AGAIN = Duration.ofMinutes(10);

  private final Ledger ledger;
  private final Supplier<GeminiService> gemini;
  private final Supplier<String> project;
  private final Clock clock;
  private final Progress progress;
  private final Optional<Duration> stuckAfter;
  private final PollPace pace;
  private final Map<String, Instant> missingSince = new ConcurrentHashMap<>();
  private Optional<String> furtherPage = Optional.empty();
  private int turn;

  JobPolling(StageContext context, Connection service) {
    this.ledger = context.ledger();
    this.clock = context.clock();
    this.progress = context.progress();
    this.stuckAfter = context.settings().jobs().stuckAfter();
    this.pace = new PollPace(context.settings().jobs().pollInterval());
    this.gemini = service::gemini;
    this.project = service::project;
  }

  /**
   * Looks, if it is time to.
   *
   * @param runs by their ids, those of the jobs among them
   */
  void look(List<Job> open, Map<String, Run> runs) {
    Instant now = clock.instant();
    if (open.isEmpty() || !pace.isTime(now, youngest(open, now))) {
      return;
    }
    try {
      lookAtAll(open, runs);
      if (pace.looked(now)) {
        LOG.info("The service answers again");
      }
    } catch (ServiceFailure failure) {
      furtherPage = Optional.empty();
      if (pace.failed(now)) {
        LOG.warn("Cannot look at the open jobs, will look again: {}", failure.getMessage());
      }
    }
  }

  private static Duration youngest(List<Job> open, Instant now) {
    return open.stream()
        .flatMap(job -> job.submitted().stream())
        .max(Instant::compareTo)
        .map(submitted -> Duration.between(submitted, now))
        .orElse(Duration.ZERO);
  }

  private void lookAtAll(List<Job> open, Map<String, Run> runs) {
    if (open.size() == 1) {
      lookAt(open.get(0), runs);
      return;
    }
    Map<String, Job> unseen = new HashMap<>();
    open.forEach(job -> unseen.put(job.name().orElseThrow(), job));
    BatchPage newest = gemini.get().batches(Optional.empty());
    saw(newest, unseen, runs);
    if (unseen.isEmpty()) {
      return;
    }
    // What the newest page does not show may be on a further one, of which each look takes the
    // next. After the last one a single job is asked for: that a listing is silent means nothing.
    if (furtherPage.isPresent()) {
      BatchPage further = gemini.get().batches(furtherPage);
      saw(further, unseen, runs);
      furtherPage = further.nextPageToken();
    } else {
      List<Job> left = new ArrayList<>(unseen.values());
      lookAt(left.get(Math.floorMod(turn++, left.size())), runs);
      furtherPage = newest.nextPageToken();
    }
  }

  private void saw(BatchPage page, Map<String, Job> unseen, Map<String, Run> runs) {
    for (RemoteJob status : page.jobs()) {
      Job job = unseen.remove(status.name());
      if (job != null) {
        saw(job, status, runs.get(job.runId()));
      }
    }
  }

  private void lookAt(Job job, Map<String, Run> runs) {
    Run run = runs.get(job.runId());
    try {
      saw(job, gemini.get().batch(job.name().orElseThrow()), run);
    } catch (ServiceFailure failure) {
      if (failure.kind() != Kind.NOT_FOUND) {
        throw failure;
      }
      if (!job.isOf(project.get())) {
        waitForTheKey(job, run);
      } else if (isGoneForGood(job)) {
        LOG.warn("{} is not with the service any more", job.name().orElseThrow());
        ledger.jobEnded(
            job, "GONE", null, "the service does not know the job any more (deleted or too old)");
      }
    }
  }

  /** A service that once does not know a job may know it again; a person's word is enough. */
  private boolean isGoneForGood(Job job) {
    Instant now = clock.instant();
    Instant since = missingSince.computeIfAbsent(job.name().orElseThrow(), name -> now);
    if (since.equals(now)) {
      LOG.warn("{} is not found, will look again", job.name().orElseThrow());
    }
    return job.cancelAsked() || since.plus(LONG_ENOUGH_GONE).isBefore(now);
  }

  private void waitForTheKey(Job job, Run run) {
    String reason = job.madeWithAnotherKey().getMessage();
    if (!run.reason().equals(Optional.of(reason))) {
      LOG.error("{}: {}", run.name(), reason);
      ledger.parked(run.id(), reason, Duration.ZERO);
    }
  }

  private void saw(Job job, RemoteJob status, Run run) {
    try {
      writeDown(job, status, run);
    } catch (IllegalStateException e) {
      // Another process may have seen the same a moment before.
      LOG.warn(
          "{}: what {} came to is not written down: {}", run.name(), job.name(), e.getMessage());
    }
  }

  private void writeDown(Job job, RemoteJob status, Run run) {
    missingSince.remove(job.name().orElseThrow());
    progress.step(
        run,
        "waiting for " + job.name().orElseThrow() + ", " + status.stateText(),
        status.counts().succeeded() + status.counts().failed(),
        job.requests(),
        Unit.REQUESTS);
    if (!status.state().isEnded()) {
      goesOn(job, status, run);
    } else if (status.state() == RemoteJobState.SUCCEEDED && status.responsesFile().isEmpty()) {
      if (isLongOver(status)) {
        ended(run, job, status, "the service has named no file with its answers");
      } // else the file is named a little later
    } else if (wasRefusedForQuota(status) && !job.cancelAsked()) {
      createAgain(job, status, run);
    } else {
      ended(run, job, status, status.state() == RemoteJobState.SUCCEEDED ? null : reason(status));
    }
  }

  private void goesOn(Job job, RemoteJob status, Run run) {
    if (!job.remoteState().equals(Optional.of(status.stateText()))) {
      ledger.jobSeen(job, status.stateText(), status.state() == RemoteJobState.RUNNING);
      LOG.info("{}: {} is {}", run.name(), status.name(), status.stateText());
    }
    Instant now = clock.instant();
    boolean hangs =
        stuckAfter.isPresent()
            && job.submitted().orElse(now).plus(stuckAfter.get()).isBefore(now)
            && job.givenUp().orElse(Instant.EPOCH).plus(ASK_AGAIN).isBefore(now);
    if (hangs && !job.cancelAsked()) {
      LOG.warn(
          "{}: {} takes longer than job.stuck-after allows; it is cancelled, and what it has not"
              + " answered is sent again as soon as the service says that it is over",
          run.name(),
          status.name());
      ledger.jobGivenUp(job);
      cancel(status.name());
    }
  }

  /** That one job cannot be cancelled must not keep the others from being looked at. */
  private void cancel(String name) {
    try {
      gemini.get().cancelBatch(name);
    } catch (ServiceFailure failure) {
      LOG.warn("{} could not be cancelled, it is tried again: {}", name, failure.getMessage());
    }
  }

  /** The service takes a job and ends it at once when there is no quota for it. */
  private static boolean wasRefusedForQuota(RemoteJob status) {
    return status.state() == RemoteJobState.FAILED
        && status.error().map(ServiceError::status).equals(Optional.of("RESOURCE_EXHAUSTED"))
        && status.responsesFile().isEmpty()
        && status.counts().succeeded() == 0;
  }

  private void createAgain(Job job, RemoteJob status, Run run) {
    CreationQueue.Place place = CreationQueue.afterFailure(job, reason(status), clock.instant());
    LOG.warn("{}: {} was not worked on. {}", run.name(), status.name(), place.reason());
    ledger.jobToBeCreatedAgain(job, place);
  }

  private boolean isLongOver(RemoteJob status) {
    return status
        .ended()
        .map(ended -> ended.plus(LIFE_OF_ANSWERS).isBefore(clock.instant()))
        .orElse(false);
  }

  private void ended(Run run, Job job, RemoteJob status, String reason) {
    boolean hung = status.state() == RemoteJobState.CANCELLED && job.givenUp().isPresent();
    ledger.jobEnded(
        job,
        hung ? "STUCK" : status.stateText(),
        status.responsesFile().orElse(null),
        hung ? "it took longer than job.stuck-after allows and was cancelled" : reason);
    LOG.info(
        "{}: {} ended as {}{}",
        run.name(),
        status.name(),
        status.stateText(),
        reason == null ? "" : ": " + reason);
  }

  private static String reason(RemoteJob status) {
    return status
        .error()
        .map(error -> error.status() + ": " + error.message())
        .orElse("the service gave no reason");
  }
}
