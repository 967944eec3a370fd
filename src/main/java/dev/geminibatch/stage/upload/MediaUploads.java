package dev.geminibatch.stage.upload;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.media.MediaProblem;
import dev.geminibatch.media.RunUploads;
import dev.geminibatch.media.StorageQuota;
import dev.geminibatch.media.UploadCache;
import dev.geminibatch.media.Uploader;
import dev.geminibatch.run.Progress.Unit;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunEvent;
import dev.geminibatch.run.RunFailure;
import dev.geminibatch.run.RunStopped;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.settings.Hooks;
import dev.geminibatch.stage.StageContext;
import dev.geminibatch.stage.UploadsAhead;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings the files of a run to the service before its jobs are assembled. */
public final class MediaUploads {
  private static final Logger LOG = LoggerFactory.getLogger("upload");

  private final StageContext context;
  private final UploadCache cache;
  private final Uploader uploader;
  private final StorageQuota storage;
  private final UploadsAhead ahead;

  public MediaUploads(
      StageContext context,
      UploadCache cache,
      Uploader uploader,
      StorageQuota storage,
      UploadsAhead ahead) {
    this.context = context;
    this.cache = cache;
    this.uploader = uploader;
    this.storage = storage;
    this.ahead = ahead;
  }

  /**
   * Begins: an iterator over the distinct contents that the run's lines refer to.
   *
   * @throws dev.geminibatch.service.ServiceFailure when there is no room for them with the service
   */
  public RunUploads open(String runId) {
    Run run = going(runId);
    ProjectId project = context.connection(run).project();
    long bytes = cache.bytesToUpload(runId, run.attempt(), project);
    if (bytes > storage.limit()) {
      throw new RunFailure(
          "Its files have "
              + bytes
              + " bytes together, more than the "
              + storage.limit()
              + " that the project may store (upload.storage-limit); split the file.");
    }
    storage.reserve(project, bytes);
    return new RunUploads(
        context.ledger().media(),
        uploader,
        cache,
        runId,
        run.attempt(),
        project,
        context.settings().uploads().concurrency(),
        (files, sent, totals) ->
            context
                .progress()
                .step(
                    run,
                    "uploading files (" + files + " of " + totals.files() + ")",
                    sent,
                    totals.bytes(),
                    Unit.BYTES));
  }

  private Run going(String runId) {
    Run run = context.ledger().queries().run(runId);
    if (run.isStopped()) {
      throw new RunStopped(run);
    }
    return run;
  }

  /** Whether there is anything to upload, or to find with the service, for a route. */
  public static boolean hasAny(RunUploads uploads) {
    return uploads.hasNext();
  }

  /** Uploads one content that the service does not have. */
  public void upload(RunUploads uploads, RunUploads.Content content) {
    if (context.busy().isStopped(uploads.runId())) {
      uploads.stop(new RunStopped(context.ledger().queries().run(uploads.runId())));
    }
    Optional<MediaProblem> early = ahead.problem(uploads.runId(), content.media().sha256());
    if (early.isPresent()) {
      uploads.refuse(content, early.get());
    } else if (uploads.upload(content)) {
      context.progress().happened(new RunEvent.Uploaded(false, content.media().size()));
    }
  }

  private void accepted(String runId) {
    Run run = context.ledger().queries().run(runId);
    context.accounts().accepted(context.connection(run).project());
  }

  /** A route of the user before that would be left out, or come twice, after a restart. */
  private boolean isAssembledNext() {
    String hook = "stage.after-upload";
    return Hooks.NEXT.get(hook).equals(context.settings().routes().stages().get(hook));
  }

  /**
   * Ends the uploads of a run.
   *
   * @throws RuntimeException the failure that stopped them; what has arrived stays in the cache
   */
  public void finish(String runId, RunUploads uploads) {
    uploads.finish();
    long early = Math.min(ahead.arrived(runId), uploads.reused());
    long uploaded = uploads.uploaded() + early;
    long reused = uploads.reused() - early;
    if (uploaded > 0) {
      accepted(runId);
    }
    if (uploads.areNone() && isAssembledNext()) {
      return; // what is assembled is written down soon, and that nothing was uploaded with it
    }
    context.ledger().runs().uploaded(runId, uploaded, reused);
    context.progress().happened(new RunEvent.Reused(reused));
    if (uploaded + reused > 0) {
      LOG.info(
          "{}: {} uploaded, {} already with the service",
          context.ledger().queries().run(runId).name(),
          Amounts.count(uploaded, "file"),
          Amounts.count(reused));
    }
  }
}
