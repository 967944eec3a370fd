package dev.geminibatch.stage.assemble;

import dev.geminibatch.job.JobPacker;
import dev.geminibatch.line.BatchRequest;
import dev.geminibatch.line.CheckedLine;
import dev.geminibatch.line.FileReference;
import dev.geminibatch.line.FileTag;
import dev.geminibatch.line.LineGroups;
import dev.geminibatch.line.LineNumberSet;
import dev.geminibatch.line.LineReader;
import dev.geminibatch.line.RejectedLine;
import dev.geminibatch.media.MediaProblem;
import dev.geminibatch.media.StaleReferences;
import dev.geminibatch.media.UploadCache;
import dev.geminibatch.run.InputGuard;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.Progress.Unit;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunFailure;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.run.RunStopped;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.stage.AssemblyAhead;
import dev.geminibatch.stage.LineParser;
import dev.geminibatch.stage.StageContext;
import java.io.IOException;
import java.nio.file.Files;
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

  private final StageContext context;
  private final UploadCache uploads;
  private final LineParser parser;
  private final AssemblyAhead ahead;

  public Assembler(
      StageContext context, UploadCache uploads, LineParser parser, AssemblyAhead ahead) {
    this.context = context;
    this.uploads = uploads;
    this.parser = parser;
    this.ahead = ahead;
  }

  /** A line, and the references that take the places of its tags. */
  public record PreparedLine(CheckedLine line, Map<FileTag, FileReference> references) {}

  /** Begins, from nothing, unless the jobs were assembled while the lines were checked. */
  public Assembly open(String runId) throws IOException {
    Run run = context.ledger().queries().run(runId);
    if (run.isStopped()) {
      throw new RunStopped(run);
    }
    ProjectId project = context.connection(run).project();
    uploads.requireLiveReferences(runId, run.attempt(), project);
    RunFolder folder = context.folder(run);
    InputGuard.check(run, folder);
    Settings set = context.settings(run);
    Optional<JobPacker> ready = run.attempt() == 1 ? ahead.take(runId) : Optional.empty();
    return ready.isPresent()
        ? new Assembly(
            run,
            project,
            folder,
            ready.get(),
            parser.parse(Collections.emptyIterator(), set),
            () -> {})
        : begin(run, project, folder, set);
  }

  private Assembly begin(Run run, ProjectId project, RunFolder folder, Settings set)
      throws IOException {
    LongPredicate wanted =
        run.attempt() == 1
            ? number -> true
            : LineNumberSet.read(folder.lines(run.attempt()))::contains;
    long size = Files.size(folder.input());
    LineGroups groups =
        new LineGroups(
            LineReader.open(folder.input(), set.lines().maxBytes()),
            wanted,
            at -> context.progress().step(run, "assembling jobs", at, size, Unit.BYTES));
    int earlierJobs =
        context.ledger().jobs().of(run.id()).stream()
            .filter(job -> job.attempt() < run.attempt())
            .mapToInt(Job::number)
            .max()
            .orElse(0);
    JobPacker jobs = new JobPacker(run, folder, context.jobRules(run), earlierJobs);
    return new Assembly(run, project, folder, jobs, parser.parse(groups, set), groups);
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
              uploads
                  .reference(assembly.run().id(), assembly.project(), tag.path())
                  .orElseThrow(StaleReferences::new);
        } catch (MediaProblem problem) {
          return new PreparedLine(
              new RejectedLine(request.line(), request.key(), problem.of(tag)), Map.of());
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
        assembly.jobs().add(request, prepared.references());
      } else {
        assembly.jobs().reject((RejectedLine) prepared.line());
      }
    }
  }

  /**
   * Ends the assembly.
   *
   * @throws RunFailure when no line is left to send
   */
  public void finish(Assembly assembly) throws IOException {
    assembly.jobs().finish();
    assembly.jobs().awaitDisk();
    assembly.close();
    Run run = assembly.run();
    InputGuard.check(run, assembly.folder());
    List<Job> jobs = assembly.jobs().jobs();
    if (jobs.isEmpty()) {
      throw new RunFailure(
          "None of the lines can be sent any more: "
              + String.join("\n  ", assembly.jobs().examples()));
    }
    context.ledger().runs().assembled(run.id(), run.attempt(), jobs, assembly.jobs().rejected());
    LOG.debug(
        "{}: {} batch job{} for {}",
        run.name(),
        jobs.size(),
        jobs.size() == 1 ? "" : "s",
        String.join(", ", jobs.stream().map(Job::model).distinct().toList()));
  }

  /** Closes all files, finished or not. */
  public void abandon(Assembly assembly) throws IOException {
    assembly.close();
    assembly.jobs().close();
  }
}
