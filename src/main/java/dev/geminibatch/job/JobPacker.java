package dev.geminibatch.job;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.io.Forcing;
import dev.geminibatch.io.LazyOutput;
import dev.geminibatch.io.Visible;
import dev.geminibatch.line.BatchRequest;
import dev.geminibatch.line.FileReference;
import dev.geminibatch.line.FileTag;
import dev.geminibatch.line.Line;
import dev.geminibatch.line.LineProblem;
import dev.geminibatch.line.ProblemCode;
import dev.geminibatch.line.RejectedLine;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunFolder;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The jobs of one attempt of a run while requests are added to them, by model and size, in bytes
 * and tokens. A job that is full is closed, and another one of its model opened.
 */
public final class JobPacker implements Closeable {
  private static final ObjectWriter REJECTIONS = new ObjectMapper().writerFor(Rejection.class);

  /** So many rejections explain why nothing is left. */
  private static final int EXAMPLES = 5;

  /** The tokens of some lines say so well how many others have. */
  private static final double NEARLY = 0.9;

  private final Run run;
  private final RunFolder folder;
  private final JobRules rules;
  private final OutputStream rejected;
  private final Map<String, JobWriter> open = new HashMap<>();
  private final List<GatheredJob> finished = new ArrayList<>();
  private final List<Forcing.Begun> forcing = new ArrayList<>();
  private int lastNumber;
  private final List<String> examples = new ArrayList<>();
  private long rejectedCount;
  private boolean isOver;

  /** The job that was opened first, as long as it is open; then what became of it. */
  private JobWriter first;

  private Optional<FirstJob> firstJob = Optional.empty();

  /**
   * @param lastNumber of the jobs of earlier attempts; 0 if there are none
   */
  public JobPacker(Run run, RunFolder folder, JobRules rules, int lastNumber) throws IOException {
    this.run = run;
    this.folder = folder;
    this.rules = rules;
    this.lastNumber = lastNumber;
    this.rejected = new BufferedOutputStream(new LazyOutput(folder.rejected(run.attempt())));
  }

  /** A job whose files are complete, and when its file was. */
  private record GatheredJob(Job job, FileTime written) {}

  /** Adds a request to the job of its model; one that is larger than a whole job is rejected. */
  public void add(BatchRequest request, Map<FileTag, FileReference> references) throws IOException {
    String model = request.model() == null ? run.model() : request.model();
    JobWriter job = open.containsKey(model) ? open.get(model) : open(model);
    Optional<LineProblem> overQuota = job.overQuota(request, references);
    if (overQuota.isPresent()) {
      reject(request, overQuota.get());
      return;
    }
    if (job.add(request, references)) {
      return;
    }
    if (job.requests() > 0) {
      finish(job);
      job = open(model);
      if (job.add(request, references)) {
        return;
      }
    }
    reject(
        request,
        ProblemCode.LINE_TOO_LONG.problem("the line alone is larger than job.max-bytes allows"));
  }

  private void reject(BatchRequest request, LineProblem problem) throws IOException {
    reject(new RejectedLine(request.line(), request.key(), problem));
  }

  private JobWriter open(String model) throws IOException {
    int number = ++lastNumber;
    folder.removeJob(number); // of a gathering that was not finished
    JobWriter job = new JobWriter(folder, number, model, rules);
    open.put(model, job);
    first = number == 1 ? job : first;
    return job;
  }

  private void finish(JobWriter job) throws IOException {
    if (job == first) {
      firstJob = firstJob();
      first = null;
    }
    job.close();
    if (job.requests() > 0) {
      forcing.add(
          Forcing.begin(
              Stream.of(
                      folder.jobBody(job.number()),
                      folder.jobIndex(job.number()),
                      folder.formats(job.number()))
                  .filter(Files::exists)
                  .toList()));
      // Not the tokens: without them they are estimated again.
      finished.add(new GatheredJob(job.toJob(run), modified(job.number())));
    } else {
      folder.removeJob(job.number());
    }
  }

  /** The first job of the run as far as it goes; empty if it is not just a piece of the input. */
  public Optional<FirstJob> firstJob() {
    return first == null
        ? firstJob
        : first.piece().map(piece -> new FirstJob(piece, first.tokens(), first.limits()));
  }

  /**
   * A job that consists of a piece of the input, so far.
   *
   * @param tokens that the piece has, as the limits count them
   */
  public record FirstJob(InputPiece piece, long tokens, JobLimits limits) {
    /** Whether the limits allow so many bytes of lines like these, as far as can be said. */
    public boolean mayHave(long bytes) {
      return (double) tokens / piece.size() * bytes < NEARLY * limits.maxTokens();
    }
  }

  /** The name by which a person and a search find a job. */
  public static String displayName(Run run, int number) {
    return run.options().displayName() + " [" + run.id() + "." + number + "]";
  }

  /** Notes a line that is not sent. */
  public void reject(RejectedLine line) throws IOException {
    Line source = line.line();
    rejectedCount++;
    if (examples.size() < EXAMPLES) {
      examples.add("line " + source.number() + ": " + Visible.line(line.problem().message()));
    }
    rejected.write(
        REJECTIONS.writeValueAsBytes(
            new Rejection(source.number(), source.offset(), source.size(), line.problem())));
    rejected.write('\n');
  }

  /** Why the first of the rejected lines are rejected. */
  public List<String> examples() {
    return List.copyOf(examples);
  }

  /** Ends the jobs; nothing can be added any more. Their files are on their way to the disk. */
  public void finish() throws IOException {
    for (JobWriter job : open.values()) {
      finish(job);
    }
    open.clear();
    if (!isOver) {
      isOver = true;
      rejected.close();
      if (Files.exists(folder.rejected(run.attempt()))) {
        AtomicFiles.force(folder.rejected(run.attempt()));
      }
    }
  }

  /** Waits until the files of the finished jobs are on the disk. */
  public void awaitDisk() throws IOException {
    for (Forcing.Begun begun : forcing) {
      begun.await();
    }
    forcing.clear();
  }

  /** The jobs that are finished. */
  public List<Job> jobs() {
    return finished.stream().map(GatheredJob::job).toList();
  }

  /** How many lines are not sent. */
  public long rejected() {
    return rejectedCount;
  }

  /** Whether the files are those that were written: another process may have begun again. */
  public boolean isIntact() throws IOException {
    for (GatheredJob each : finished) {
      Path file = folder.jobBody(each.job().number());
      if (!Files.exists(file) || !each.written().equals(Files.getLastModifiedTime(file))) {
        return false;
      }
    }
    return true;
  }

  /** Closes all files, finished or not. */
  @Override
  public void close() throws IOException {
    rejected.close();
    for (JobWriter job : open.values()) {
      job.close();
    }
  }

  /** Closes and removes all files. */
  public void discard() throws IOException {
    try {
      close(); // which may write what is left, on a full disk
    } finally {
      forcing.forEach(Forcing.Begun::awaitAnyway); // some systems keep a file that is open
      remove();
    }
  }

  private void remove() throws IOException {
    for (JobWriter job : open.values()) {
      folder.removeJob(job.number());
    }
    for (GatheredJob each : finished) {
      folder.removeJob(each.job().number());
    }
    AtomicFiles.deleteIfThere(folder.rejected(run.attempt()));
  }

  private FileTime modified(int number) throws IOException {
    return Files.getLastModifiedTime(folder.jobBody(number));
  }
}
