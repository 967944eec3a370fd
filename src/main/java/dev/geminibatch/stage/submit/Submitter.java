package dev.geminibatch.stage.submit;

import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.job.Refusals;
import dev.geminibatch.ledger.CreationQueue;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.media.StaleReferences;
import dev.geminibatch.run.InputGuard;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.Progress;
import dev.geminibatch.run.Progress.Unit;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunFailure;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.service.Content;
import dev.geminibatch.service.FileUpload;
import dev.geminibatch.service.RemoteFile;
import dev.geminibatch.service.RemoteJob;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.service.ServiceFailure.Kind;
import dev.geminibatch.service.gemini.GeminiService;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.stage.StageContext;
import dev.geminibatch.stage.upload.MediaUploads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands the jobs of a run to the service, each exactly once.
 *
 * <p>That a job is about to be created is written down before the call. If it stays unclear whether
 * the call had its effect, the service's jobs are searched for the job's unique name, more than
 * once and over a while, before another call is made. A job for which there is no room waits in the
 * {@link CreationQueue}.
 */
public final class Submitter {
  private static final Logger LOG = LoggerFactory.getLogger("submit");

  /** What the service has been seen to take for JSONL, the likeliest first. */
  private static final List<String> JSONL_TYPES =
      List.of("application/jsonl", "text/plain", "application/json");

  /** A job may show up in listings some time after it was created. */
  private static final List<Duration> SEARCHES =
      List.of(Duration.ZERO, Duration.ofSeconds(2), Duration.ofSeconds(5));

  /**
   * Not found so long after the call that should have made it, a job was certainly not made. The
   * service may go on with a call whose caller is gone: it checks each line first, which takes the
   * longer the larger the file is.
   */
  private static final Duration CERTAIN_AFTER = Duration.ofMinutes(1);

  private static final long CHECKED_A_SECOND = 4_000_000;

  private static final String UNCLEAR =
      "It is not clear whether the service has created a job; it is looked for, and created only if"
          + " it is certain that it was not";

  private static final Duration LOOK_AGAIN = Duration.ofSeconds(10);

  private final Ledger ledger;
  private final CreationQueue queue;
  private final Clock clock;
  private final Instant started;
  private final StageContext context;
  private final MediaUploads uploads;
  private final Settings settings;
  private final Progress progress;

  public Submitter(StageContext context, CreationQueue queue, MediaUploads uploads) {
    this.context = context;
    this.ledger = context.ledger();
    this.queue = queue;
    this.clock = context.clock();
    this.started = clock.instant();
    this.settings = context.settings();
    this.progress = context.progress();
    this.uploads = uploads;
  }

  /**
   * Takes every job of the run as far as it goes; run again, it goes on where it stopped.
   *
   * @return whether all of them are with the service now
   */
  public boolean submit(String runId) throws IOException {
    Run run = ledger.run(runId);
    RunFolder folder = RunFolder.of(settings, runId);
    checkReferences(run);
    // What may exist already is looked for first, and waits for nobody: it may be paid for.
    boolean isUnclear = false;
    for (Job job : ledger.jobs(runId)) {
      isUnclear |= job.state() == JobState.CREATING && !settle(run, folder, job);
    }
    if (run.isQueued() && run.nextTry().isAfter(clock.instant())) {
      return false; // the rest waits its time
    }
    Optional<CreationQueue.Place> place = Optional.empty();
    Set<String> modelsThatWait = new HashSet<>();
    for (Job job : ledger.jobs(runId)) {
      if (job.state().compareTo(JobState.CREATING) < 0 && !modelsThatWait.contains(job.model())) {
        Outcome outcome = submit(run, folder, job);
        isUnclear |= outcome.isUnclear();
        outcome.place().ifPresent(each -> modelsThatWait.add(job.model()));
        place = place.or(outcome::place);
      }
    }
    if (place.isPresent()) {
      queued(run, place.get());
    } else if (isUnclear) {
      ledger.parked(runId, UNCLEAR, LOOK_AGAIN);
    } else {
      ledger.submitted(runId);
      return true;
    }
    return false;
  }

  /** What became of a job: it is with the service unless it waits or nobody knows. */
  private record Outcome(Optional<CreationQueue.Place> place, boolean isUnclear) {
    static final Outcome DONE = new Outcome(Optional.empty(), false);
    static final Outcome UNCLEAR = new Outcome(Optional.empty(), true);

    static Outcome waits(CreationQueue.Place place) {
      return new Outcome(Optional.of(place), false);
    }
  }

  private void queued(Run run, CreationQueue.Place place) {
    if (!run.reason().equals(Optional.of(place.reason()))) {
      LOG.info("{}: {}", run.name(), place.reason());
    }
    ledger.queued(run.id(), place);
  }

  /** Files may have died while the run waited, all of it or its last jobs. */
  private void checkReferences(Run run) {
    List<Job> jobs =
        ledger.jobs(run.id()).stream().filter(job -> job.attempt() == run.attempt()).toList();
    List<Job> left =
        jobs.stream().filter(job -> job.state().compareTo(JobState.CREATING) < 0).toList();
    try {
      if (!left.isEmpty()) {
        uploads.checkStillAlive(run);
      }
    } catch (StaleReferences stale) {
      if (left.size() == jobs.size()) {
        throw stale;
      }
      for (Job job : left) {
        ledger.jobEnded(job, "FILES_GONE", null, "not sent, because " + stale.getMessage());
      }
    }
  }

  /**
   * Finds out what became of a call of which nobody saw the end.
   *
   * @return whether it is known now
   */
  private boolean settle(Run run, RunFolder folder, Job job) throws IOException {
    Optional<RemoteJob> found = gemini(run).findBatch(job.displayName(), Duration.ZERO);
    if (found.isPresent()) {
      opened(run, job, found.get());
      return true;
    }
    if (!job.isOf(project(run))) {
      throw job.madeWithAnotherKey();
    }
    if (clock.instant().isBefore(certainFrom(folder, job))) {
      return false;
    }
    ledger.jobNotCreated(job);
    return true;
  }

  private Outcome submit(Run run, RunFolder folder, Job job) throws IOException {
    Job current = job;
    Optional<CreationQueue.Place> place = queue.placeFor(run, current.model(), project(run));
    if (place.isPresent()) {
      return Outcome.waits(place.get());
    }
    if (current.state() == JobState.UPLOADED && !current.isOf(project(run))) {
      ledger.jobNotUploaded(current); // the file belongs to the project of another key
      current = ledger.job(run.id(), job.number());
    }
    if (current.state() == JobState.ASSEMBLED) {
      if (wasChanged(run, folder, current)) {
        return Outcome.DONE;
      }
      String file = upload(run, folder, current);
      // What was sent is what was checked only if nothing has changed in the meantime either.
      if (wasChanged(run, folder, current)) {
        return Outcome.DONE;
      }
      ledger.jobUploaded(current, project(run), file);
      current = ledger.job(run.id(), job.number());
    }
    return create(run, current);
  }

  /** Whether the input is no longer what it was; the job's file is put together from it. */
  private boolean wasChanged(Run run, RunFolder folder, Job job) throws IOException {
    try {
      InputGuard.check(run, folder);
      return false;
    } catch (RunFailure changed) {
      if (!ledger.run(run.id()).isPaid()) {
        throw changed;
      }
      LOG.warn("{}: job {} is not sent: {}", run.name(), job.number(), changed.getMessage());
      ledger.jobEnded(job, "INPUT_CHANGED", null, "not sent: " + changed.getMessage());
      return true;
    }
  }

  private String upload(Run run, RunFolder folder, Job job) throws IOException {
    Content file = folder.jobFile(job.number());
    long size = file.size();
    long seconds = Files.getLastModifiedTime(folder.jobBody(job.number())).toMillis() / 1000;
    String assembled = Long.toString(seconds % (36 * 36 * 36 * 36), 36);
    ServiceFailure refused = null;
    for (int i = 0; i < JSONL_TYPES.size(); i++) {
      // A name of its own for each attempt at a type, since a refused one may stay taken, and for
      // each time that the file was assembled, since the references in it are others then.
      String id = "gb-" + run.id() + "-" + job.number() + "-" + assembled + i;
      FileUpload upload =
          new FileUpload(file, "files/" + id, job.displayName() + ".jsonl", JSONL_TYPES.get(i));
      try {
        return gemini(run)
            .upload(
                upload,
                sent -> progress.step(run, "uploading job " + job.number(), sent, size, Unit.BYTES))
            .name();
      } catch (ServiceFailure failure) {
        if (failure.kind() == Kind.ALREADY_EXISTS) {
          Optional<String> present = present(run, upload.name(), size);
          if (present.isPresent()) {
            return present.get();
          }
        } else if (!failure.getMessage().toLowerCase(Locale.ROOT).contains("mime")) {
          throw failure;
        }
        refused = failure;
      }
    }
    throw refused;
  }

  private Optional<String> present(Run run, String name, long size) {
    try {
      RemoteFile file = gemini(run).file(name);
      return file.size() == size ? Optional.of(file.name()) : Optional.empty();
    } catch (ServiceFailure none) {
      return Optional.empty();
    }
  }

  /** Counted from when the call was given up, or this process found it in the ledger. */
  private Instant certainFrom(RunFolder folder, Job job) throws IOException {
    return job.creating()
        .filter(started::isBefore)
        .orElse(started)
        .plus(CERTAIN_AFTER)
        .plusSeconds(folder.jobFile(job.number()).size() / CHECKED_A_SECOND);
  }

  private Outcome create(Run run, Job job) throws IOException {
    if (!ledger.jobCreating(job, settings.jobs().maxOpen())) {
      if (ledger.job(run.id(), job.number()).state() != JobState.UPLOADED) {
        throw new IllegalStateException(
            "Job " + job.number() + " of run " + run.id() + " is created elsewhere");
      }
      return Outcome.waits(queue.full(job.model(), project(run))); // somebody was faster
    }
    try {
      RemoteJob created =
          gemini(run).createBatch(job.model(), job.inputFile().orElseThrow(), job.displayName());
      opened(run, job, created);
      return Outcome.DONE;
    } catch (ServiceFailure failure) {
      return failure.isAmbiguous() ? lookFor(run, job, failure) : notCreated(run, job, failure);
    }
  }

  private Outcome notCreated(Run run, Job job, ServiceFailure failure) throws IOException {
    ledger.jobNotCreated(job);
    if (failure.kind() == Kind.QUOTA) {
      return Outcome.waits(queue.afterRefusal(run, job, failure));
    }
    if (failure.isPassing() || failure.kind() == Kind.BAD_KEY) {
      throw failure;
    }
    if (failure.kind() == Kind.NOT_FOUND && isGone(run, job.inputFile().orElseThrow())) {
      ledger.jobNotUploaded(job); // it waited for longer than files live
      throw failure;
    }
    List<Refusals.Refusal> lines = Refusals.read(failure.getMessage(), job.requests());
    if (!lines.isEmpty()) {
      takeOut(run, job, lines);
      return Outcome.DONE;
    }
    LOG.warn(
        "{}: the service refuses job {} ({}); its requests go to the errors file",
        run.name(),
        job.number(),
        shortened(failure.getMessage()));
    ledger.jobEnded(job, "REFUSED", null, failure.status() + ": " + failure.getMessage());
    return Outcome.DONE;
  }

  /** The job ends without having been created; its other lines go on to the next attempt. */
  private void takeOut(Run run, Job job, List<Refusals.Refusal> lines) throws IOException {
    Path refusals = RunFolder.of(settings, run.id()).refusals(job.number());
    Refusals.write(lines, refusals);
    AtomicFiles.force(refusals);
    LOG.warn(
        "{}: the service refuses {} of the {} requests of job {}, the first with \"{}\"; the others"
            + " are sent without them",
        run.name(),
        lines.size(),
        job.requests(),
        job.number(),
        shortened(lines.get(0).message()));
    ledger.jobEnded(job, "LINES_REFUSED", null, "other lines of the job were refused");
  }

  private GeminiService gemini(Run run) {
    return context.service(run).gemini();
  }

  private String project(Run run) {
    return context.service(run).project();
  }

  /** A refusal may name a million lines. */
  private static String shortened(String message) {
    return message.length() <= 500 ? message : message.substring(0, 500) + "...";
  }

  private boolean isGone(Run run, String file) {
    try {
      gemini(run).file(file);
      return false;
    } catch (ServiceFailure failure) {
      return failure.kind() == Kind.NOT_FOUND;
    }
  }

  private Outcome lookFor(Run run, Job job, ServiceFailure failure) {
    LOG.info(
        "{}: no clear answer to the creation of job {} ({}); looking whether it exists",
        run.name(),
        job.number(),
        failure.getMessage());
    ledger.jobCreationUnclear(job);
    for (Duration wait : SEARCHES) {
      Optional<RemoteJob> found = gemini(run).findBatch(job.displayName(), wait);
      if (found.isPresent()) {
        opened(run, job, found.get());
        return Outcome.DONE;
      }
    }
    return Outcome.UNCLEAR; // it stays marked, and is looked for before the next call
  }

  private void opened(Run run, Job job, RemoteJob status) {
    ledger.jobOpen(job, status.name(), status.stateText());
    LOG.info(
        "{}: job created: {} ({}, {} requests)",
        run.name(),
        status.name(),
        job.model(),
        job.requests());
  }
}
