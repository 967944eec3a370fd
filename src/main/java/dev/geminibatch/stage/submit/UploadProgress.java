package dev.geminibatch.stage.submit;

import dev.geminibatch.run.Job;
import dev.geminibatch.run.Progress;
import dev.geminibatch.run.Progress.Unit;
import dev.geminibatch.run.Run;
import java.util.Map;
import java.util.TreeMap;

/** The job files of one run that are on their way at this moment, shown as one step. */
final class UploadProgress {
  private final Progress progress;
  private final Run run;

  /** How much of each has arrived, of how much; by the number of the job. */
  private final Map<Integer, Part> parts = new TreeMap<>();

  private record Part(long sent, long size) {}

  UploadProgress(Progress progress, Run run) {
    this.progress = progress;
    this.run = run;
  }

  /** So much of the file of a job has arrived. */
  void sent(Job job, long sent, long size) {
    String what;
    long done;
    long total;
    synchronized (parts) {
      parts.put(job.number(), new Part(sent, size));
      what =
          parts.size() == 1
              ? "uploading job " + job.number()
              : "uploading " + parts.size() + " jobs";
      done = parts.values().stream().mapToLong(Part::sent).sum();
      total = parts.values().stream().mapToLong(Part::size).sum();
    }
    progress.step(run, what, done, total, Unit.BYTES);
  }

  /** The file of a job is not on its way any more. */
  void ended(Job job) {
    synchronized (parts) {
      parts.remove(job.number());
    }
  }
}
