package dev.geminibatch.stage.upload;

import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.media.MediaCatalog;
import dev.geminibatch.media.RunUploads;
import dev.geminibatch.media.StaleReferences;
import dev.geminibatch.media.StorageQuota;
import dev.geminibatch.media.Uploader;
import dev.geminibatch.run.Progress;
import dev.geminibatch.run.Progress.Unit;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunFailure;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.stage.StageContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings the files of a run to the service before its jobs are assembled. */
public final class MediaUploads {
  private static final Logger LOG = LoggerFactory.getLogger("upload");

  private final Ledger ledger;
  private final MediaCatalog catalog;
  private final Uploader uploader;
  private final StorageQuota storage;
  private final StageContext context;
  private final Progress progress;

  public MediaUploads(
      StageContext context, MediaCatalog catalog, Uploader uploader, StorageQuota storage) {
    this.ledger = context.ledger();
    this.progress = context.progress();
    this.context = context;
    this.catalog = catalog;
    this.uploader = uploader;
    this.storage = storage;
  }

  /**
   * Begins: an iterator over the distinct contents that the run's lines refer to.
   *
   * @throws ServiceFailure when there is no room for them with the service
   */
  public RunUploads open(String runId) {
    Run run = ledger.run(runId);
    String project = context.service(run).project();
    long bytes = uploader.bytesToUpload(runId, run.attempt(), project);
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
        catalog,
        uploader,
        runId,
        run.attempt(),
        project,
        (files, sent, totals) ->
            progress.step(
                run,
                "uploading files (" + files + " of " + totals.files() + ")",
                sent,
                totals.bytes(),
                Unit.BYTES));
  }

  /**
   * Makes sure, before a run is sent that has waited, that its files will still be there.
   *
   * @throws StaleReferences when they must be uploaded again
   */
  public void checkStillAlive(Run run) {
    if (uploader.hasStaleReference(run.id(), run.attempt(), context.service(run).project())) {
      throw new StaleReferences();
    }
  }

  /** Uploads one content that the service does not have. */
  public void upload(RunUploads stage, RunUploads.Content content) {
    stage.upload(content);
  }

  /**
   * Ends the uploads of a run.
   *
   * @throws RuntimeException the failure that stopped them; what has arrived stays in the cache
   */
  public void finish(String runId, RunUploads stage) {
    stage.finish();
    ledger.uploaded(runId, stage.uploaded(), stage.reused());
    if (stage.uploaded() + stage.reused() > 0) {
      LOG.info(
          "{}: {} files uploaded, {} were with the service already",
          ledger.run(runId).name(),
          stage.uploaded(),
          stage.reused());
    }
  }
}
