package dev.geminibatch.stage.submit;

import dev.geminibatch.io.UsageException;
import dev.geminibatch.job.JobBody;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunEvent;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.service.FileService;
import dev.geminibatch.stage.JobFileAhead;
import dev.geminibatch.stage.JobFileUpload;
import dev.geminibatch.stage.StageContext;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;
import java.util.function.LongConsumer;

/** Brings the file of a job to the service. */
final class JobUpload {
  private final StageContext context;
  private final JobFileAhead ahead;

  JobUpload(StageContext context, JobFileAhead ahead) {
    this.context = context;
    this.ahead = ahead;
  }

  /**
   * Uploads it, unless the service has it already.
   *
   * @param shown receives how much of it has arrived
   * @return its name with the service
   */
  String upload(Run run, Job job, UploadProgress shown) throws IOException {
    RunFolder folder = context.folder(run);
    FileService files = context.connection(run).files();
    JobBody body = JobBody.of(folder, job.number());
    long size = body.size();
    LongConsumer progress = sent -> shown.sent(job, sent, size);
    try {
      Optional<String> isThere = ahead.finish(run, job, body, progress);
      String name =
          isThere.isPresent()
              ? isThere.get()
              : JobFileUpload.upload(
                  files,
                  body,
                  JobFileUpload.id(
                      run,
                      job.number(),
                      Files.getLastModifiedTime(folder.jobBody(job.number())).toInstant(),
                      job.creation()),
                  job.displayName() + ".jsonl",
                  progress);
      context.progress().happened(new RunEvent.Uploaded(true, size));
      return name;
    } finally {
      shown.ended(job);
    }
  }

  /** Whether the file that was uploaded is certainly not with the service any more. */
  boolean isGone(Run run, Job job) throws UsageException {
    return JobFileUpload.isGone(context.connection(run).files(), job.inputFile().orElseThrow());
  }
}
