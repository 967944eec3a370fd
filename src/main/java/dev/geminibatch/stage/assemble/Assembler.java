package dev.geminibatch.stage.assemble;

import dev.geminibatch.job.JobPacker;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.line.BatchRequest;
import dev.geminibatch.line.CheckedLine;
import dev.geminibatch.line.FileReference;
import dev.geminibatch.line.FileTag;
import dev.geminibatch.line.LineGroups;
import dev.geminibatch.line.LineNumberSet;
import dev.geminibatch.line.LineReader;
import dev.geminibatch.line.ReadAhead;
import dev.geminibatch.line.RejectedLine;
import dev.geminibatch.media.MediaCatalog;
import dev.geminibatch.media.MediaProblem;
import dev.geminibatch.media.StaleReferences;
import dev.geminibatch.run.InputGuard;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.Progress;
import dev.geminibatch.run.Progress.Unit;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunFailure;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.stage.AssemblyAhead;
import dev.geminibatch.stage.FileProblem;
import dev.geminibatch.stage.LineParser;
import dev.geminibatch.stage.LineWalk;
import dev.geminibatch.stage.StageContext;
import dev.geminibatch.stage.upload.MediaUploads;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns the lines of a run into the files of its batch jobs: tags become references, legacy lines
 * become {@code {key, request}}, and lines gather in jobs by model and size.
 */
public final class Assembler {
  private static final Logger LOG = LoggerFactory.getLogger("assemble");

  private final Ledger ledger;
  private final MediaCatalog catalog;
  private final MediaUploads uploads;
  private final LineParser parser;
  private final AssemblyAhead ahead;
  private final Settings settings;
  private final StageContext context;
  private final Clock clock;
  private final Progress progress;

  public Assembler(
      StageContext context,
      MediaCatalog catalog,
      MediaUploads uploads,
      LineParser parser,
      AssemblyAhead ahead) {
    this.ledger = context.ledger();
    this.settings = context.settings();
    this.progress = context.progress();
    this.context = context;
    this.clock = context.services().clock();
    this.catalog = catalog;
    this.uploads = uploads;
    this.parser = parser;
    this.ahead = ahead;
  }

  /** A line, and the references that take the places of its tags. */
  public record PreparedLine(CheckedLine line, Map<FileTag, FileReference> references) {}

  /** The assembly of one run: an iterator over its lines in groups, and the jobs they go into. */
  public static final class Assembly extends LineWalk<List<CheckedLine>> {
    private final Run run;
    private final String project;
    private final RunFolder folder;
    private final JobPacker jobs;

    private Assembly(
        Run run,
        String project,
        RunFolder folder,
        JobPacker jobs,
        ReadAhead<?, List<CheckedLine>> lines,
        Closeable source) {
      super(lines, source);
      this.run = run;
      this.project = project;
      this.folder = folder;
      this.jobs = jobs;
    }

    @Override
    public List<CheckedLine> group(List<CheckedLine> lines) {
      return lines;
    }
  }

  /** Begins, from nothing, unless the jobs were assembled while the lines were checked. */
  public Assembly open(String runId) throws IOException {
    Run run = ledger.run(runId);
    uploads.checkStillAlive(run);
    RunFolder folder = RunFolder.of(settings, runId);
    InputGuard.check(run, folder);
    Optional<JobPacker> ready = run.attempt() == 1 ? ahead.take(runId) : Optional.empty();
    return ready.isPresent() ? assembled(run, folder, ready.get()) : begin(run, folder);
  }

  private Assembly assembled(Run run, RunFolder folder, JobPacker jobs) throws IOException {
    return new Assembly(
        run,
        context.service(run).project(),
        folder,
        jobs,
        parser.parse(Collections.emptyIterator(), context.settings(run)),
        () -> {});
  }

  private Assembly begin(Run run, RunFolder folder) throws IOException {
    LongPredicate wanted =
        run.attempt() == 1
            ? number -> true
            : LineNumberSet.read(folder.lines(run.attempt()))::contains;
    long size = Files.size(folder.input());
    LineReader reader = LineReader.open(folder.input(), settings.lines().maxBytes());
    LineGroups chunks =
        new LineGroups(
            reader, wanted, at -> progress.step(run, "assembling jobs", at, size, Unit.BYTES));
    int earlierJobs =
        ledger.jobs(run.id()).stream()
            .filter(job -> job.attempt() < run.attempt())
            .mapToInt(Job::number)
            .max()
            .orElse(0);
    JobPacker jobs = new JobPacker(run, folder, settings.jobs(), earlierJobs);
    return new Assembly(
        run,
        context.service(run).project(),
        folder,
        jobs,
        parser.parse(chunks, context.settings(run)),
        chunks);
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
        assembly.jobs.add(request, prepared.references());
      } else {
        assembly.jobs.reject((RejectedLine) prepared.line());
      }
    }
  }

  /**
   * Ends the assembly.
   *
   * @throws RunFailure when no line is left to send
   */
  public void finish(Assembly assembly) throws IOException {
    assembly.jobs.finish();
    assembly.close();
    Run run = assembly.run;
    InputGuard.check(run, assembly.folder);
    List<Job> jobs = assembly.jobs.jobs();
    if (jobs.isEmpty()) {
      throw new RunFailure(
          "None of the lines can be sent any more; see the log for the files they name.");
    }
    ledger.assembled(run.id(), run.attempt(), jobs, assembly.jobs.rejected());
    LOG.info(
        "{}: {} batch job{} for {}",
        run.name(),
        jobs.size(),
        jobs.size() == 1 ? "" : "s",
        String.join(", ", jobs.stream().map(Job::model).distinct().toList()));
  }

  /** Closes all files, finished or not. */
  public void abandon(Assembly assembly) throws IOException {
    assembly.close();
    assembly.jobs.close();
  }
}
