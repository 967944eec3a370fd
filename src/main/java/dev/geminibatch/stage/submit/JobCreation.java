package dev.geminibatch.stage.submit;

import dev.geminibatch.answer.JobProblem;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.job.JobBody;
import dev.geminibatch.job.Refusals;
import dev.geminibatch.ledger.CreationQueue;
import dev.geminibatch.ledger.JobLedger;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunEvent;
import dev.geminibatch.run.RunStopped;
import dev.geminibatch.service.BatchService;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.service.RemoteJob;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.service.ServiceFailure.Kind;
import dev.geminibatch.service.ServiceWords;
import dev.geminibatch.service.ServiceWords.RefusedLine;
import dev.geminibatch.stage.JobSearch;
import dev.geminibatch.stage.JobStory;
import dev.geminibatch.stage.LateCalls;
import dev.geminibatch.stage.RestoredJobs;
import dev.geminibatch.stage.StageContext;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates a job exactly once.
 *
 * <p>That a job is about to be created is written down before the call. If it stays unclear whether
 * the call had its effect, the service's jobs are searched for the job's unique name, more than
 * once and over a while, before another call is made.
 */
final class JobCreation {
  private static final Logger LOG = LoggerFactory.getLogger("submit");

  /** A refusal may name a million lines. */
  private static final int LONGEST_MESSAGE = 500;

  private final StageContext context;
  private final JobLedger jobs;
  private final CreationQueue queue;
  private final JobUpload upload;
  private final JobSearch search;
  private final JobRoom room;
  private final RestoredJobs restored;

  JobCreation(StageContext context, CreationQueue queue, JobUpload upload, JobRoom room) {
    this.context = context;
    this.restored = new RestoredJobs(context);
    this.jobs = context.ledger().jobs();
    this.queue = queue;
    this.upload = upload;
    this.search = new JobSearch(context.clock());
    this.room = room;
  }

  /**
   * Finds out what became of a call of which nobody saw the end.
   *
   * @return whether it is known now
   */
  boolean settle(Run run, Job job) throws IOException {
    Optional<RemoteJob> found = batches(run).findJob(job.displayName(), Duration.ZERO);
    if (found.isPresent()) {
      opened(run, job, found.get());
      return true;
    }
    if (!job.isOf(context.connection(run).project())) {
      throw job.madeWithAnotherKey();
    }
    if (LateCalls.prevent(context.ledger().creationMarks(), context.connection(run).files(), job)
        || !search.isCertain(job, JobBody.of(context.folder(run), job.number()).size())) {
      return false;
    }
    if (job.inputFile().isEmpty()) {
      context.ledger().creationMarks().notCreated(job);
    } else {
      jobs.notCreated(job);
    }
    return true;
  }

  /**
   * Creates a job whose file is with the service.
   *
   * @param models those of the run, which are worked on while the service is asked
   */
  Outcome create(Run run, Job job, ModelsAtOnce models) throws IOException {
    ProjectId project = context.connection(run).project();
    if (!jobs.creating(job, queue.room(project, job.model()))) {
      if (jobs.job(run.id(), job.number()).state() != JobState.UPLOADED) {
        throw new IllegalStateException(
            "Job " + job.number() + " of run " + run.id() + " is created elsewhere");
      }
      Run now = context.ledger().queries().run(run.id());
      if (now.isStopped()) {
        throw new RunStopped(now);
      }
      return Outcome.waits(
          queue.placeFor(now, job, project).orElseGet(() -> queue.lost(job.model(), project)));
    }
    try {
      if (restored.mayStillAppear(run)) {
        jobs.notCreated(job);
        return Outcome.UNCLEAR;
      }
      Optional<RemoteJob> before = restored(run, job);
      if (before.isPresent()) {
        opened(run, job, before.get());
        return Outcome.DONE;
      }
      String file = job.inputFile().orElseThrow();
      BatchService service = batches(run);
      context.leases().require(run.id());
      opened(run, job, models.call(() -> service.createJob(job.model(), file, job.displayName())));
      return Outcome.DONE;
    } catch (ServiceFailure failure) {
      return failure.isAmbiguous()
          ? search(run, job, failure, models)
          : notCreated(run, job, failure);
    }
  }

  private Optional<RemoteJob> restored(Run run, Job job) throws IOException {
    try {
      return restored.find(run, job);
    } catch (RunStopped | IOException e) {
      jobs.notCreated(job);
      throw e;
    }
  }

  private void opened(Run run, Job job, RemoteJob created) {
    context.accounts().acceptedJob(context.connection(run).project());
    jobs.opened(job, created.jobName(), created.stateText());
    context.progress().happened(new RunEvent.JobCreated(job.model()));
    room.accepted(run, job);
    LOG.atLevel(JobStory.level(job))
        .log(
            "{}: job created: {} ({}, {}, {})",
            run.name(),
            created.name(),
            job.label(),
            job.model(),
            Amounts.count(job.requests(), "request"));
    context.showWaiting(run, job, created);
  }

  private Outcome search(Run run, Job job, ServiceFailure failure, ModelsAtOnce models)
      throws IOException {
    LOG.info(
        "{}: no clear answer to the creation of job {} ({}); checking whether it exists",
        run.name(),
        job.number(),
        failure.getMessage());
    jobs.creationUnclear(job);
    BatchService service = batches(run);
    Optional<RemoteJob> found = models.call(() -> JobSearch.find(service, job.displayName()));
    if (found.isPresent()) {
      opened(run, job, found.get());
      return Outcome.DONE;
    }
    return Outcome.UNCLEAR; // it stays marked, and is searched for before the next call
  }

  private Outcome notCreated(Run run, Job job, ServiceFailure failure) throws IOException {
    jobs.notCreated(job);
    if (failure.kind() == Kind.QUOTA) {
      return room.refused(run, job, failure);
    }
    if (failure.isPassing() || failure.isAccount()) {
      throw failure;
    }
    if (failure.kind() == Kind.NOT_FOUND && upload.isGone(run, job)) {
      jobs.notUploaded(job); // it waited for longer than files live
      throw failure;
    }
    List<RefusedLine> lines = ServiceWords.refusedLines(failure.getMessage(), job.requests());
    if (!lines.isEmpty()) {
      takeOut(run, job, lines);
      return Outcome.DONE;
    }
    LOG.warn(
        "{}: the service refuses job {} ({}); its requests go to the errors file",
        run.name(),
        job.number(),
        Amounts.shortened(failure.getMessage(), LONGEST_MESSAGE));
    jobs.ended(
        job, JobProblem.Kind.REFUSED.name(), null, failure.status() + ": " + failure.getMessage());
    return Outcome.DONE;
  }

  /** The job ends without having been created; its other lines get another attempt. */
  private void takeOut(Run run, Job job, List<RefusedLine> lines) throws IOException {
    Path refusals = context.folder(run).refusals(job.number());
    Refusals.write(lines, refusals);
    AtomicFiles.force(refusals);
    LOG.warn(
        "{}: the service refuses {} of the {} requests of job {}, the first with \"{}\"; the others"
            + " are sent without them",
        run.name(),
        lines.size(),
        job.requests(),
        job.number(),
        Amounts.shortened(lines.get(0).message(), LONGEST_MESSAGE));
    jobs.ended(
        job, JobProblem.Kind.LINES_REFUSED.name(), null, "other lines of the job were refused");
  }

  private BatchService batches(Run run) {
    return context.connection(run).batches();
  }
}
