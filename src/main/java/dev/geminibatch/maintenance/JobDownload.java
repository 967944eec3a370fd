package dev.geminibatch.maintenance;

import dev.geminibatch.answer.AnswerCheck;
import dev.geminibatch.answer.AnswerDownload;
import dev.geminibatch.answer.AnswerLine;
import dev.geminibatch.answer.AnswerMatcher;
import dev.geminibatch.answer.ForeignAnswers;
import dev.geminibatch.answer.JobAnswers;
import dev.geminibatch.answer.ResultFiles;
import dev.geminibatch.answer.ResultWriter;
import dev.geminibatch.cost.Prices;
import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.job.JobFiles;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.line.RequestReader;
import dev.geminibatch.report.Report;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.service.RemoteJob;
import dev.geminibatch.service.gemini.GeminiService;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.stage.deliver.Deliverer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Downloads the answers of one ended job into files of their own, whoever made the job.
 *
 * <p>For a job of ours the requests get their own keys back and stand in the order of their input.
 * Of a foreign job only the answers are known, and they are passed on as they are.
 */
public final class JobDownload {
  private final Ledger ledger;
  private final GeminiService gemini;
  private final Settings settings;
  private final Clock clock;
  private final AnswerCheck check;

  public JobDownload(Ledger ledger, GeminiService gemini, Settings settings, Clock clock) {
    this.ledger = ledger;
    this.gemini = gemini;
    this.settings = settings;
    this.clock = clock;
    this.check = new AnswerCheck(settings.results().check());
  }

  /**
   * Fetches.
   *
   * @param status of the job, which has a file with responses
   * @param received told how many bytes have arrived so far
   */
  public ResultWriter.Outcome fetch(RemoteJob status, ResultFiles files, LongConsumer received)
      throws IOException {
    Files.createDirectories(files.results().toAbsolutePath().getParent());
    String id = status.name().replace("batches/", "");
    Path answers = AtomicFiles.aside(files.results(), id + ".answers");
    Path results = AtomicFiles.aside(files.results(), id);
    Path errors = AtomicFiles.aside(files.errors(), id);
    try {
      Files.deleteIfExists(answers);
      AnswerDownload.fetch(
          gemini,
          status.responsesFile().orElseThrow(),
          answers,
          status.counts().requests(),
          received);
      ResultWriter.Outcome outcome = write(status, answers, results, errors);
      publish(status, files, results, errors, outcome);
      return outcome;
    } finally {
      Files.deleteIfExists(answers);
      Files.deleteIfExists(results);
      Files.deleteIfExists(errors);
    }
  }

  private ResultWriter.Outcome write(RemoteJob status, Path answers, Path results, Path errors)
      throws IOException {
    Optional<Job> ours = ledger.jobNamed(status.name());
    if (ours.isPresent()) {
      RunFolder folder = RunFolder.of(settings, ours.get().runId());
      Path index = folder.jobIndex(ours.get().number());
      if (Files.exists(index) && Files.exists(folder.input())) {
        JobFiles files =
            folder.jobFiles(ours.get().number()).withAnswers(answers, folder.matchesOf(answers));
        return writeOurs(folder, files, results, errors);
      }
    }
    return ForeignAnswers.write(answers, results, errors, check);
  }

  private ResultWriter.Outcome writeOurs(
      RunFolder folder, JobFiles files, Path results, Path errors) throws IOException {
    AnswerMatcher.match(files, check);
    try (ResultWriter writer = new ResultWriter(Optional.of(folder.input()), new RequestReader())) {
      writer.addJob(
          JobAnswers.firstLine(files.index()).orElseThrow(),
          () -> new JobAnswers(files, check, AnswerLine.missing()),
          1);
      return writer.write(results, errors);
    } finally {
      Files.deleteIfExists(files.matches());
    }
  }

  private void publish(
      RemoteJob status, ResultFiles files, Path results, Path errors, ResultWriter.Outcome outcome)
      throws IOException {
    Report report =
        Report.ofJob(status, outcome, Prices.read(settings.costs().prices()), clock.instant());
    Deliverer.publish(files, results, errors, report, outcome, status.name().substring(8));
  }
}
