package dev.geminibatch.stage.poll;

import dev.geminibatch.answer.JobProblem;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.io.LruMap;
import dev.geminibatch.job.Refusals;
import dev.geminibatch.ledger.CreationQueue;
import dev.geminibatch.ledger.JobLedger;
import dev.geminibatch.ledger.QuotaWaits;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunScope;
import dev.geminibatch.run.UnnamedAnswers;
import dev.geminibatch.service.BatchService;
import dev.geminibatch.service.JobName;
import dev.geminibatch.service.RemoteJob;
import dev.geminibatch.service.RemoteJobState;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.service.ServiceLimits;
import dev.geminibatch.service.ServiceWords;
import dev.geminibatch.service.ServiceWords.RefusedLine;
import dev.geminibatch.stage.JobStory;
import dev.geminibatch.stage.QuotaRefusals;
import dev.geminibatch.stage.StageContext;
import dev.geminibatch.stage.Unpacking;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Writes down what a poll has shown of a job, and acts on it. */
final class JobNews {
  private static final Logger LOG = LoggerFactory.getLogger("poll");

  /** How often a job that hangs is asked to be cancelled, until it is. */
  private static final Duration CANCEL_AGAIN = Duration.ofMinutes(10);

  private static final String CANCELLED = RemoteJobState.CANCELLED.name();

  private final StageContext context;
  private final JobLedger jobs;
  private final Supplier<BatchService> batches;
  private final Clock clock;
  private final Optional<Duration> stuckAfter;
  private final Unpacking unpacking;
  private final QuotaRefusals refusals;
  private final Map<String, UnnamedAnswers> unnamed =
      Collections.synchronizedMap(new LruMap<>(10_000));

  JobNews(StageContext context, Supplier<BatchService> batches) {
    this.context = context;
    this.jobs = context.ledger().jobs();
    this.clock = context.clock();
    this.stuckAfter = context.settings().jobs().stuckAfter();
    this.batches = batches;
    this.unpacking = new Unpacking(context);
    this.refusals = new QuotaRefusals(context);
  }

  /** Takes what the service says of a job. */
  void take(Job job, RemoteJob seen, Run run) {
    try (RunScope scope = JobStory.scope(job, run)) {
      writeDown(job, seen, run);
    } catch (IllegalStateException e) {
      // Another process may have seen the same a moment before.
      LOG.warn(
          "{}: what {} came to is not written down: {}",
          JobStory.name(job, run),
          job.shownName(),
          e.getMessage());
    } catch (IOException e) {
      LOG.warn("{}: {} is polled again: {}", run.name(), job.shownName(), e.getMessage());
    }
  }

  private void writeDown(Job job, RemoteJob seen, Run run) throws IOException {
    if (!seen.isUnexplained()) {
      unnamed.remove(job.displayName());
    }
    if (!seen.isEnded()) {
      context.showWaiting(run, job, seen);
      runsOn(job, seen, run);
    } else if (seen.isUnexplained()) {
      unexplained(job, seen, run);
    } else {
      ended(job, seen, run);
    }
  }

  /** The answers may be named a little later than the end; nobody waits for them forever. */
  private void unexplained(Job job, RemoteJob seen, Run run) {
    Instant now = clock.instant();
    UnnamedAnswers polls =
        unnamed.getOrDefault(job.displayName(), UnnamedAnswers.from(now)).another();
    unnamed.put(job.displayName(), polls);
    boolean isLongOver =
        seen.ended()
            .or(() -> job.times().submitted())
            .map(ended -> ended.plus(ServiceLimits.ANSWER_LIFE).isBefore(now))
            .orElse(false);
    if (isLongOver && seen.state() == RemoteJobState.SUCCEEDED) {
      ended(run, job, seen, seen.stateText(), "the service has named no file with its answers");
    } else if (seen.done() && polls.isFinal(now)) {
      ended(
          run,
          job,
          seen,
          JobProblem.Kind.NO_OUTPUT.name(),
          "the service says that it is done, and names neither answers nor an error; if they come"
              + " after all, --poll fetches them");
    } else if (polls.polls() == 1) {
      LOG.info(
          "{}: {} is over, its answers are not named yet", JobStory.name(job, run), job.label());
    }
  }

  private void ended(Job job, RemoteJob seen, Run run) throws IOException {
    if (job.remote().pack().isPresent() && isUnpacked(job, seen, run)) {
      return;
    }
    String reason = seen.reason();
    switch (JobEnd.of(job, seen)) {
      case ANSWERED -> {
        ran(job);
        ended(run, job, seen, seen.stateText(), null);
      }
      case NOT_ADMITTED -> createAgain(job, seen, run);
      case CANCELLED -> ended(run, job, seen, CANCELLED, "it was cancelled (" + reason + ")");
      case STUCK ->
          ended(
              run,
              job,
              seen,
              JobProblem.Kind.STUCK.name(),
              "it took longer than job.stuck-after allows and was cancelled");
      case LINES_REFUSED -> takeOut(job, seen, run);
      case FILE_GONE -> ended(run, job, seen, JobProblem.Kind.FILES_GONE.name(), reason);
      case FAILED -> ended(run, job, seen, seen.stateText(), reason);
    }
  }

  /** Whether the pack came to nothing; its jobs continue, each for itself. */
  private boolean isUnpacked(Job pack, RemoteJob seen, Run run) throws IOException {
    boolean isUntouched = seen.answers().isEmpty() && seen.counts().succeeded() == 0;
    JobEnd end = JobEnd.of(pack, seen);
    if (!isUntouched
        || pack.cancelAsked()
        || end == JobEnd.FAILED && seen.state() != RemoteJobState.FAILED) {
      return false;
    }
    switch (end) {
      case NOT_ADMITTED -> notAdmitted(pack, seen, run);
      case LINES_REFUSED ->
          unpacking.takeOut(
              pack,
              ServiceWords.refusedLines(seen.error().orElseThrow().message(), pack.requests()));
      case FILE_GONE -> unpacking.fileGone(pack, seen.reason());
      case FAILED -> unpacking.inHalves(pack, seen.reason());
      default -> {
        return false;
      }
    }
    unnamed.remove(pack.displayName());
    return true;
  }

  /** The lines that the service names end here; the others get another attempt. */
  private void takeOut(Job job, RemoteJob seen, Run run) throws IOException {
    String message = seen.error().orElseThrow().message();
    List<RefusedLine> lines = ServiceWords.refusedLines(message, job.requests());
    if (job.remote().pack().isPresent()) {
      unpacking.noteRefusals(job, lines);
    } else {
      Path refusals = context.folder(run).refusals(job.number());
      Refusals.write(lines, refusals);
      AtomicFiles.force(refusals);
    }
    ended(
        run,
        job,
        seen,
        JobProblem.Kind.LINES_REFUSED.name(),
        "the service refused " + Amounts.count(lines.size(), "line") + " of the job");
  }

  private void runsOn(Job job, RemoteJob seen, Run run) {
    boolean isMoved = !job.remote().state().equals(Optional.of(seen.stateText()));
    Optional<Job.Done> done = done(job, seen);
    if (isMoved || done.isPresent() && !done.equals(job.remote().done())) {
      jobs.seen(job, seen.stateText(), seen.state() == RemoteJobState.RUNNING, done);
    }
    if (isMoved) {
      LOG.atLevel(job.number() == 1 ? Level.INFO : Level.DEBUG)
          .log("{}: {} is {}", JobStory.name(job, run), job.label(), seen.stateWords());
      if (seen.state() == RemoteJobState.RUNNING) {
        ran(job);
      }
    }
    if (hangs(job) && !job.cancelAsked()) {
      LOG.warn(
          "{}: {} takes longer than job.stuck-after allows; it is cancelled, and what it has not"
              + " answered is sent again as soon as the service says that it is over",
          JobStory.name(job, run),
          seen.name());
      jobs.givenUp(job);
      cancel(seen.jobName());
    }
  }

  /** What was counted for a pack is of all its runs, and would be written to each of them. */
  private static Optional<Job.Done> done(Job job, RemoteJob seen) {
    return job.remote().pack().isPresent()
        ? Optional.empty()
        : Job.Done.of(seen.counts(), job.requests());
  }

  /** What runs is certainly allowed. */
  private void ran(Job job) {
    job.remote()
        .project()
        .ifPresent(
            project -> context.ledger().limits().ran(project, job.model(), job.size().tokens()));
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

  private void notAdmitted(Job pack, RemoteJob seen, Run run) {
    QuotaRefusals.Verdict verdict = verdict(pack, seen, run);
    if (verdict.finding() == QuotaRefusals.Finding.WAITS) {
      unpacking.again(pack, afterFailure(pack, seen, verdict.besides()));
    } else {
      unpacking.smaller(pack, seen.reason());
    }
  }

  private QuotaRefusals.Verdict verdict(Job job, RemoteJob seen, Run run) {
    return JobEnd.isAccount(seen)
        ? QuotaRefusals.Verdict.WAITS
        : refusals.notAdmitted(context.connection(run), job, seen.reason());
  }

  private CreationQueue.Place afterFailure(Job job, RemoteJob seen, String besides) {
    return QuotaWaits.afterFailure(
        job, JobEnd.isAccount(seen), seen.reason(), besides, clock.instant());
  }

  private void createAgain(Job job, RemoteJob seen, Run run) {
    QuotaRefusals.Verdict verdict = verdict(job, seen, run);
    if (verdict.finding() == QuotaRefusals.Finding.IS_TOO_LARGE && job.requests() == 1) {
      String why = QuotaRefusals.words(job, seen.reason());
      ended(run, job, seen, JobProblem.Kind.OVER_QUOTA.name(), why);
      return;
    }
    CreationQueue.Place place =
        verdict.finding() == QuotaRefusals.Finding.WAITS
            ? afterFailure(job, seen, verdict.besides())
            : QuotaWaits.afterLesson(job, seen.reason());
    LOG.warn("{}: {} was not worked on. {}", run.name(), seen.name(), place.reason());
    jobs.toBeCreatedAgain(job, place);
  }

  private void ended(Run run, Job job, RemoteJob seen, String how, String reason) {
    unnamed.remove(job.displayName());
    jobs.ended(job, how, seen.answers().orElse(null), reason);
    if (reason != null) { // else it is reported with its answers
      String words = seen.state().isEnded() ? seen.stateWords() : "is over";
      LOG.info("{}: {} {}: {}", JobStory.name(job, run), job.shownName(), words, reason);
    }
  }
}
