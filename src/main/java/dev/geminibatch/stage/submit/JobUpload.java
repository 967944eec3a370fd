package dev.geminibatch.stage.submit;

import dev.geminibatch.io.UsageException;
import dev.geminibatch.job.JobBody;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.Progress.Unit;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunEvent;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.service.FileService;
import dev.geminibatch.stage.JobFileUpload;
import dev.geminibatch.stage.StageContext;
import java.io.IOException;
import java.nio.file.Files;

/** Brings the file of a job to the service. */
final class JobUpload {
  private final StageContext context;

  JobUpload(StageContext context) {
    this.context = context;
  }

  /**
   * Uploads it, unless the service has it already.
   *
   * @return its name with the service
   */
  String upload(Run run, Job job) throws IOException {
    RunFolder folder = context.folder(run);
    FileService files = context.connection(run).files();
    JobBody body = JobBody.of(folder, job.number());
    long size = body.size();
    long seconds = Files.getLastModifiedTime(folder.jobBody(job.number())).toMillis() / 1000;
    String assembled = Long.toString(seconds % (36 * 36 * 36 * 36), 36);
    // A name of its own for each time that the file was assembled, since the references in it are
    // others then.
    String name =
        JobFileUpload.upload(
            files,
            body,
            "gb-" + run.id() + "-" + job.number() + "-" + assembled,
            job.displayName() + ".jsonl",
            sent -> report(run, job, sent, size));
    context.progress().happened(new RunEvent.Uploaded(true, size));
    return name;
  }

  private void report(Run run, Job job, long sent, long size) {
    context.progress().step(run, "uploading job " + job.number(), sent, size, Unit.BYTES);
  }

  /** Whether the file that was uploaded is certainly not with the service any more. */
  boolean isGone(Run run, Job job) throws UsageException {
    return JobFileUpload.isGone(context.connection(run).files(), job.inputFile().orElseThrow());
  }
}
