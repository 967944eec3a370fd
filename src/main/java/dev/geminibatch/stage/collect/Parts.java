package dev.geminibatch.stage.collect;

import dev.geminibatch.answer.AnswerCheck;
import dev.geminibatch.answer.JobAnswers;
import dev.geminibatch.answer.ResultFiles;
import dev.geminibatch.answer.ResultWriter;
import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.job.JobFiles;
import dev.geminibatch.line.RequestReader;
import dev.geminibatch.run.InputGuard;
import dev.geminibatch.run.InputMode;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.stage.ResultsPlace;
import dev.geminibatch.stage.StageContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes the answers of each job as a file of its own, once.
 *
 * <p>A part gets its number before it is written, and the record says when it is complete beside
 * its place. From then on it is published if it is still beside its place, and was published if it
 * is not: whoever reads the outbox may have taken it away already.
 */
final class Parts {
  private static final Logger LOG = LoggerFactory.getLogger("collect");
  private static final DateTimeFormatter MARK = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

  private final StageContext context;
  private final RequestReader requests;

  Parts(StageContext context) {
    this.context = context;
    this.requests = new RequestReader(context.settings().lines().maxBytes());
  }

  /** A part that was published. */
  record Published(int number, Path file) {}

  /** Publishes the answers of a job that has some and is matched, unless they are published. */
  Published publish(Run run, Job job, AnswerCheck check) throws IOException {
    RunFolder folder = context.folder(run);
    ResultFiles files = ResultFiles.beside(ResultsPlace.of(context, run));
    PartRecord known = PartRecord.read(folder.parts());
    PartRecord parts = known;
    if (known.isEmpty()) {
      keepEarlier(files.parts());
    }
    if (known.number(job.number()).isEmpty()) {
      parts = known.with(job.number(), false);
      parts.write(folder.parts(), run.id());
    }
    int number = parts.number(job.number()).orElseThrow();
    Path target = files.parts().resolve("part-%04d.jsonl".formatted(number));
    Path aside = AtomicFiles.aside(target, run.id());
    if (!parts.isWritten(job.number())) {
      Files.createDirectories(files.parts());
      write(run, job, check, aside);
      parts.with(job.number(), true).write(folder.parts(), run.id());
    }
    if (Files.exists(aside)) {
      AtomicFiles.publish(aside, target);
      LOG.info("{}: the answers of {} are in {}", run.name(), job.label(), target);
    }
    return new Published(number, target);
  }

  private void write(Run run, Job job, AnswerCheck check, Path aside) throws IOException {
    RunFolder folder = context.folder(run);
    InputMode.of(folder, run).create(aside);
    Optional<Path> input =
        InputGuard.isIntact(run, folder) ? Optional.of(folder.input()) : Optional.empty();
    try (ResultWriter writer = new ResultWriter(input, requests)) {
      writer.addJob(
          JobFiles.of(folder, job.number()).firstLine().orElseThrow(),
          () -> JobAnswers.open(folder, job, check),
          job.attempt(),
          job.outcome().tokens());
      writer.writeAnswers(aside);
    } catch (IOException | RuntimeException e) {
      AtomicFiles.discard(aside); // on a full disk it would take the room that somebody makes
      throw e;
    }
  }

  /** Parts of an earlier run with the same results file, as a person may give it. */
  private static void keepEarlier(Path folder) throws IOException {
    if (ResultsPlace.isFree(folder)) {
      return;
    }
    String mark =
        MARK.format(Files.getLastModifiedTime(folder).toInstant().atOffset(ZoneOffset.UTC));
    Path kept = folder.resolveSibling(folder.getFileName() + "." + mark);
    AtomicFiles.move(folder, kept);
    LOG.warn("{} was there already and is kept as {}", folder, kept);
  }
}
