package dev.geminibatch.batch;

import dev.geminibatch.batch.Progress.Unit;
import dev.geminibatch.gemini.BatchStatus;
import dev.geminibatch.gemini.FileUpload;
import dev.geminibatch.gemini.Gemini;
import dev.geminibatch.gemini.GeminiAccess;
import dev.geminibatch.gemini.GeminiFailure;
import dev.geminibatch.gemini.GeminiFailure.Kind;
import dev.geminibatch.gemini.RemoteFile;
import dev.geminibatch.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands the jobs of a run to the service, each exactly once.
 *
 * <p>That a job is about to be created is written down before the call. If it stays unclear whether
 * the call had its effect, the service's jobs are searched for the job's unique name, more than
 * once, before another call is made.
 */
public final class Submitter {
  private static final Logger LOG = LoggerFactory.getLogger("submit");

  /** What the service has been seen to take for JSONL, the likeliest first. */
  private static final List<String> JSONL_TYPES =
      List.of("application/jsonl", "text/plain", "application/json");

  /** A job may show up in listings some time after it was created. */
  private static final List<Duration> SEARCHES =
      List.of(Duration.ZERO, Duration.ofSeconds(2), Duration.ofSeconds(5));

  private final Ledger ledger;
  private final Supplier<Gemini> gemini;
  private final Supplier<String> project;
  private final MediaUploads uploads;
  private final Settings settings;
  private final Progress progress;

  public Submitter(StageContext context, GeminiAccess service, MediaUploads uploads) {
    this.ledger = context.ledger();
    this.settings = context.settings();
    this.progress = context.progress();
    this.gemini = service::gemini;
    this.project = service::project;
    this.uploads = uploads;
  }

  /** Takes every job of the run as far as it goes; run again, it goes on where it stopped. */
  public void submit(String runId) throws IOException {
    Run run = ledger.run(runId);
    RunFolder folder = RunFolder.of(settings, runId);
    if (ledger.jobs(runId).stream()
        .filter(job -> job.attempt() == run.attempt())
        .allMatch(job -> job.state().compareTo(JobState.CREATING) < 0)) {
      uploads.checkStillAlive(run);
    }
    for (Job job : ledger.jobs(runId)) {
      submit(run, folder, job);
    }
    ledger.moveTo(runId, RunState.SUBMITTED);
  }

  private void submit(Run run, RunFolder folder, Job job) throws IOException {
    Job current = job;
    if (current.state() == JobState.UPLOADED && !current.isOf(project.get())) {
      ledger.jobNotUploaded(current); // the file belongs to the project of another key
      current = ledger.job(run.id(), job.number());
    }
    if (current.state() == JobState.ASSEMBLED) {
      ledger.jobUploaded(current, project.get(), upload(run, folder, current));
      current = ledger.job(run.id(), job.number());
    }
    if (current.state() == JobState.CREATING) {
      Optional<BatchStatus> found = search(current);
      if (found.isPresent()) {
        opened(run, current, found.get());
        return;
      }
      if (!current.isOf(project.get())) {
        throw current.madeWithAnotherKey();
      }
      ledger.jobNotCreated(current);
      create(run, current);
    } else if (current.state() == JobState.UPLOADED) {
      create(run, current);
    }
  }

  private String upload(Run run, RunFolder folder, Job job) throws IOException {
    long size = Files.size(folder.jobFile(job.number()));
    long seconds = Files.getLastModifiedTime(folder.jobFile(job.number())).toMillis() / 1000;
    String assembled = Long.toString(seconds % (36 * 36 * 36 * 36), 36);
    GeminiFailure refused = null;
    for (int i = 0; i < JSONL_TYPES.size(); i++) {
      // A name of its own for each attempt at a type, since a refused one may stay taken, and for
      // each time that the file was assembled, since the references in it are others then.
      String id = "gb-" + run.id() + "-" + job.number() + "-" + assembled + i;
      FileUpload upload =
          new FileUpload(
              folder.jobFile(job.number()),
              "files/" + id,
              job.displayName() + ".jsonl",
              JSONL_TYPES.get(i));
      try {
        return gemini
            .get()
            .upload(
                upload,
                sent -> progress.step(run, "uploading job " + job.number(), sent, size, Unit.BYTES))
            .name();
      } catch (GeminiFailure failure) {
        if (failure.kind() == Kind.ALREADY_EXISTS) {
          Optional<String> present = present(upload.name(), size);
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

  private Optional<String> present(String name, long size) {
    try {
      RemoteFile file = gemini.get().file(name);
      return file.size() == size ? Optional.of(file.name()) : Optional.empty();
    } catch (GeminiFailure none) {
      return Optional.empty();
    }
  }

  private void create(Run run, Job job) {
    if (!ledger.jobCreating(job)) {
      throw new IllegalStateException(
          "Job " + job.number() + " of run " + run.id() + " is being created elsewhere");
    }
    try {
      BatchStatus created =
          gemini.get().createBatch(job.model(), job.inputFile().orElseThrow(), job.displayName());
      opened(run, job, created);
    } catch (GeminiFailure failure) {
      if (failure.isAmbiguous()) {
        adoptOrThrow(run, job, failure);
      } else {
        ledger.jobNotCreated(job);
        if (failure.isPassing() || failure.kind() == Kind.BAD_KEY) {
          throw failure;
        }
        if (failure.kind() == Kind.NOT_FOUND && isGone(job.inputFile().orElseThrow())) {
          ledger.jobNotUploaded(job); // it waited for longer than files live
          throw failure;
        }
        LOG.warn(
            "{}: the service refuses job {} ({}); its requests go to the errors file",
            run.name(),
            job.number(),
            failure.getMessage());
        ledger.jobEnded(job, "REFUSED", null, failure.status() + ": " + failure.getMessage());
      }
    }
  }

  private boolean isGone(String file) {
    try {
      gemini.get().file(file);
      return false;
    } catch (GeminiFailure failure) {
      return failure.kind() == Kind.NOT_FOUND;
    }
  }

  private void adoptOrThrow(Run run, Job job, GeminiFailure failure) {
    LOG.info(
        "{}: no clear answer to the creation of job {} ({}); looking whether it exists",
        run.name(),
        job.number(),
        failure.getMessage());
    Optional<BatchStatus> found = search(job);
    if (found.isEmpty()) {
      throw failure; // it stays marked, and is searched for again before the next call
    }
    opened(run, job, found.get());
  }

  private Optional<BatchStatus> search(Job job) {
    for (Duration wait : SEARCHES) {
      Optional<BatchStatus> found = gemini.get().findBatch(job.displayName(), wait);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private void opened(Run run, Job job, BatchStatus status) {
    ledger.jobOpen(job, status.name(), status.stateText());
    LOG.info(
        "{}: job created: {} ({}, {} requests)",
        run.name(),
        status.name(),
        job.model(),
        job.requests());
  }
}
