package dev.geminibatch.batch;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import dev.geminibatch.batch.Progress.Unit;
import dev.geminibatch.gemini.GeminiAccess;
import dev.geminibatch.request.BatchRequest;
import dev.geminibatch.request.CheckedLine;
import dev.geminibatch.request.FileReference;
import dev.geminibatch.request.FileTag;
import dev.geminibatch.request.Line;
import dev.geminibatch.request.LineNotes;
import dev.geminibatch.request.LineProblem;
import dev.geminibatch.request.LineReader;
import dev.geminibatch.request.RejectedLine;
import dev.geminibatch.result.Rejection;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.upload.MediaCatalog;
import dev.geminibatch.upload.MediaProblem;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns the lines of a run into the files of its batch jobs: tags become references, legacy lines
 * become {@code {key, request}}, and lines gather in jobs by model and size.
 */
public final class Assembler {
  private static final Logger LOG = LoggerFactory.getLogger("assemble");
  private static final ObjectWriter REJECTIONS = new ObjectMapper().writerFor(Rejection.class);

  private final Ledger ledger;
  private final MediaCatalog catalog;
  private final MediaUploads uploads;
  private final LineParser parser;
  private final Settings settings;
  private final Supplier<String> project;
  private final Clock clock;
  private final Progress progress;

  public Assembler(
      StageContext context,
      GeminiAccess service,
      MediaCatalog catalog,
      MediaUploads uploads,
      LineParser parser) {
    this.ledger = context.ledger();
    this.settings = context.settings();
    this.progress = context.progress();
    this.project = service::project;
    this.clock = service.clock();
    this.catalog = catalog;
    this.uploads = uploads;
    this.parser = parser;
  }

  /** A line, and the references that take the places of its tags. */
  public record PreparedLine(CheckedLine line, Map<FileTag, FileReference> references) {}

  /** The assembly of one run: an iterator over its lines in groups, and the jobs they go into. */
  public static final class Assembly extends LineWalk {
    private final Run run;
    private final String project;
    private final RunFolder folder;
    private final OutputStream rejected;
    private final int earlierJobs;
    private final Map<String, JobWriter> open = new HashMap<>();
    private final List<Job> finished = new ArrayList<>();
    private int jobs;
    private long rejectedCount;

    private Assembly(
        Run run,
        String project,
        RunFolder folder,
        ReadAhead<?, List<CheckedLine>> lines,
        Closeable source,
        OutputStream rejected,
        int earlierJobs) {
      super(lines, source);
      this.earlierJobs = earlierJobs;
      this.run = run;
      this.project = project;
      this.folder = folder;
      this.rejected = rejected;
    }
  }

  /** Begins, from nothing. */
  public Assembly open(String runId) throws IOException {
    Run run = ledger.run(runId);
    uploads.checkStillAlive(run);
    RunFolder folder = RunFolder.of(settings, runId);
    InputGuard.check(run, folder);
    LongPredicate wanted =
        run.attempt() == 1
            ? number -> true
            : LineNumbers.read(folder.lines(run.attempt()))::contains;
    long size = Files.size(folder.input());
    LineReader reader = LineReader.open(folder.input(), settings.lines().maxBytes());
    LineChunks chunks =
        new LineChunks(
            reader, wanted, at -> progress.step(run, "assembling jobs", at, size, Unit.BYTES));
    OutputStream rejected =
        new BufferedOutputStream(Files.newOutputStream(folder.rejected(run.attempt())));
    int earlierJobs =
        ledger.jobs(runId).stream()
            .filter(job -> job.attempt() < run.attempt())
            .mapToInt(Job::number)
            .max()
            .orElse(0);
    Optional<LineNotes> known = run.attempt() == 1 ? parser.take(runId) : Optional.empty();
    if (known.isEmpty()) {
      return new Assembly(
          run, project.get(), folder, parser.parse(chunks), chunks, rejected, earlierJobs);
    }
    LineNotes.Reader notes = known.get().open();
    Closeable source =
        () -> {
          chunks.close();
          notes.close();
          known.get().forget();
        };
    return new Assembly(
        run, project.get(), folder, parser.parse(chunks, notes), source, rejected, earlierJobs);
  }

  /** Finds the references for the tags of lines. */
  public List<PreparedLine> prepare(Assembly assembly, List<CheckedLine> lines) {
    List<PreparedLine> prepared = new ArrayList<>(lines.size());
    Map<String, FileReference> known = new HashMap<>();
    for (CheckedLine line : lines) {
      prepared.add(prepare(assembly, line, known));
    }
    return prepared;
  }

  private PreparedLine prepare(
      Assembly assembly, CheckedLine line, Map<String, FileReference> known) {
    if (!(line instanceof BatchRequest request) || request.tags().isEmpty()) {
      return new PreparedLine(line, Map.of());
    }
    Map<FileTag, FileReference> references = new HashMap<>();
    for (FileTag tag : request.tags()) {
      FileReference reference = known.get(tag.path());
      if (reference == null) {
        try {
          reference =
              catalog
                  .reference(assembly.run.id(), assembly.project, tag.path(), clock.instant())
                  .orElseThrow(StaleReferences::new);
        } catch (MediaProblem problem) {
          return new PreparedLine(
              new RejectedLine(request.line(), request.key(), FileProblem.of(tag, problem)),
              Map.of());
        }
        known.put(tag.path(), reference);
      }
      references.put(tag, reference);
    }
    return new PreparedLine(line, references);
  }

  /** Adds lines to the jobs of their models, opening a further job when one is full. */
  public void gather(Assembly assembly, List<PreparedLine> lines) throws IOException {
    for (PreparedLine prepared : lines) {
      if (prepared.line() instanceof BatchRequest request) {
        gather(assembly, request, prepared.references());
      } else {
        reject(assembly, (RejectedLine) prepared.line());
      }
    }
  }

  private void gather(
      Assembly assembly, BatchRequest request, Map<FileTag, FileReference> references)
      throws IOException {
    String model = request.model() == null ? assembly.run.model() : request.model();
    JobWriter job = assembly.open.get(model);
    if (job != null && job.add(request, references)) {
      return;
    }
    if (job != null) {
      finish(assembly, job);
    }
    job = open(assembly, model);
    if (!job.add(request, references)) {
      reject(
          assembly,
          new RejectedLine(
              request.line(),
              request.key(),
              LineProblem.ofInput(
                  "line-too-long", "the line alone is larger than job.max-bytes allows")));
    }
  }

  private JobWriter open(Assembly assembly, String model) throws IOException {
    int number = assembly.earlierJobs + ++assembly.jobs;
    assembly.folder.removeJob(number); // of an assembly that was not finished
    JobWriter job =
        new JobWriter(
            assembly.folder,
            number,
            model,
            settings.jobs().maxRequests(),
            settings.jobs().maxBytes());
    assembly.open.put(model, job);
    return job;
  }

  /** Closes a job's files and keeps what is to be known of it. */
  private static void finish(Assembly assembly, JobWriter job) throws IOException {
    job.close();
    if (job.requests() > 0) {
      SafeFiles.force(assembly.folder.jobIndex(job.number()));
      SafeFiles.force(assembly.folder.formats(job.number()));
      assembly.finished.add(job.toJob(assembly.run));
    } else {
      assembly.folder.removeJob(job.number());
    }
  }

  private static void reject(Assembly assembly, RejectedLine rejected) throws IOException {
    Line line = rejected.line();
    assembly.rejectedCount++;
    assembly.rejected.write(
        REJECTIONS.writeValueAsBytes(
            new Rejection(line.number(), line.offset(), line.size(), rejected.problem())));
    assembly.rejected.write('\n');
  }

  /**
   * Ends the assembly.
   *
   * @throws RunFailure when no line is left to send
   */
  public void finish(Assembly assembly) throws IOException {
    for (JobWriter job : assembly.open.values()) {
      finish(assembly, job);
    }
    abandon(assembly);
    InputGuard.check(assembly.run, assembly.folder);
    SafeFiles.force(assembly.folder.rejected(assembly.run.attempt()));
    List<Job> jobs = assembly.finished;
    if (jobs.isEmpty()) {
      throw new RunFailure(
          "None of the lines can be sent any more; see the log for the files they name.");
    }
    ledger.assembled(assembly.run.id(), assembly.run.attempt(), jobs, assembly.rejectedCount);
    LOG.info(
        "{}: {} batch job{} for {}",
        assembly.run.name(),
        jobs.size(),
        jobs.size() == 1 ? "" : "s",
        String.join(", ", jobs.stream().map(Job::model).distinct().toList()));
  }

  /** Closes all files, finished or not. */
  public void abandon(Assembly assembly) throws IOException {
    assembly.close();
    assembly.rejected.close();
    for (JobWriter job : assembly.open.values()) {
      job.close();
    }
  }
}
