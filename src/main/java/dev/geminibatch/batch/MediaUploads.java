package dev.geminibatch.batch;

import dev.geminibatch.batch.Progress.Unit;
import dev.geminibatch.gemini.GeminiFailure;
import dev.geminibatch.upload.MediaCatalog;
import dev.geminibatch.upload.Storage;
import dev.geminibatch.upload.UploadStage;
import dev.geminibatch.upload.Uploader;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings the files of a run to the service before its jobs are assembled. */
public final class MediaUploads {
  private static final Logger LOG = LoggerFactory.getLogger("upload");

  private final Ledger ledger;
  private final MediaCatalog catalog;
  private final Uploader uploader;
  private final Storage storage;
  private final Supplier<String> project;
  private final Progress progress;

  /**
   * @param project the fingerprint of the key's project
   */
  public MediaUploads(
      Ledger ledger,
      MediaCatalog catalog,
      Uploader uploader,
      Storage storage,
      Supplier<String> project,
      Progress progress) {
    this.ledger = ledger;
    this.catalog = catalog;
    this.uploader = uploader;
    this.storage = storage;
    this.project = project;
    this.progress = progress;
  }

  /**
   * Begins: an iterator over the distinct contents that the run's lines refer to.
   *
   * @throws GeminiFailure when there is no room for them with the service
   */
  public UploadStage open(String runId) {
    Run run = ledger.run(runId);
    storage.reserve(uploader.bytesToUpload(runId, run.attempt(), project.get()));
    return new UploadStage(
        catalog,
        uploader,
        runId,
        run.attempt(),
        project.get(),
        (files, bytes, totals) ->
            progress.step(
                run,
                "uploading files (" + files + " of " + totals.files() + ")",
                bytes,
                totals.bytes(),
                Unit.BYTES));
  }

  /** Uploads one content that the service does not have. */
  public void upload(UploadStage stage, UploadStage.Content content) {
    stage.upload(content);
  }

  /**
   * Ends the uploads of a run.
   *
   * @throws RuntimeException the failure that stopped them; what has arrived stays in the cache
   */
  public void finish(String runId, UploadStage stage) {
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
