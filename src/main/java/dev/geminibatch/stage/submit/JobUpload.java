package dev.geminibatch.stage.submit;

import dev.geminibatch.io.UsageException;
import dev.geminibatch.job.JobBody;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.Progress.Unit;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.service.FileService;
import dev.geminibatch.service.FileUpload;
import dev.geminibatch.service.RemoteFile;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.service.ServiceFailure.Kind;
import dev.geminibatch.service.ServiceWords;
import dev.geminibatch.stage.StageContext;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;

/** Brings the file of a job to the service. */
final class JobUpload {
  /** What the service has been seen to take for JSONL, the likeliest first. */
  private static final List<String> JSONL_TYPES =
      List.of("application/jsonl", "text/plain", "application/json");

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
    ServiceFailure refused = null;
    for (int i = 0; i < JSONL_TYPES.size(); i++) {
      // A name of its own for each attempt at a type, since a refused one may stay taken, and for
      // each time that the file was assembled, since the references in it are others then.
      String id = "gb-" + run.id() + "-" + job.number() + "-" + assembled + i;
      FileUpload upload =
          new FileUpload(body, "files/" + id, job.displayName() + ".jsonl", JSONL_TYPES.get(i));
      try {
        return files.upload(upload, sent -> report(run, job, sent, size)).name();
      } catch (ServiceFailure failure) {
        if (failure.kind() == Kind.ALREADY_EXISTS) {
          Optional<String> present = present(files, upload.name(), size);
          if (present.isPresent()) {
            return present.get();
          }
        } else if (!ServiceWords.isAboutType(failure.getMessage())) {
          throw failure;
        }
        refused = failure;
      }
    }
    throw refused;
  }

  private void report(Run run, Job job, long sent, long size) {
    context.progress().step(run, "uploading job " + job.number(), sent, size, Unit.BYTES);
  }

  private static Optional<String> present(FileService files, String name, long size) {
    try {
      RemoteFile file = files.file(name);
      return file.size() == size ? Optional.of(file.name()) : Optional.empty();
    } catch (ServiceFailure none) {
      return Optional.empty();
    }
  }

  /** Whether the file that was uploaded is certainly not with the service any more. */
  boolean isGone(Run run, Job job) throws UsageException {
    try {
      context.connection(run).files().file(job.inputFile().orElseThrow());
      return false;
    } catch (ServiceFailure failure) {
      if (failure.isPassing() || failure.isAccount()) {
        throw failure; // nobody knows
      }
      return failure.kind() == Kind.NOT_FOUND;
    }
  }
}
