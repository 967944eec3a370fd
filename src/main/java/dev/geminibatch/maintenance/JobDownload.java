package dev.geminibatch.maintenance;

import dev.geminibatch.answer.AnswerCheck;
import dev.geminibatch.answer.AnswerDownload;
import dev.geminibatch.answer.AnswerLine;
import dev.geminibatch.answer.AnswerMatcher;
import dev.geminibatch.answer.ForeignAnswers;
import dev.geminibatch.answer.JobAnswers;
import dev.geminibatch.answer.ResultFiles;
import dev.geminibatch.answer.ResultPublisher;
import dev.geminibatch.answer.ResultWriter;
import dev.geminibatch.cost.Prices;
import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.io.FileMode;
import dev.geminibatch.job.JobFiles;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.line.LineProblem;
import dev.geminibatch.line.ProblemCode;
import dev.geminibatch.line.RequestReader;
import dev.geminibatch.report.Report;
import dev.geminibatch.report.Reports;
import dev.geminibatch.run.InputMode;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.service.FileService;
import dev.geminibatch.service.RemoteJob;
import dev.geminibatch.service.RpcCode;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.service.ServiceFailure.Kind;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.wiring.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Downloads the answers of one ended job into files of their own, whoever made the job.
 *
 * <p>For a job of ours the requests get their own keys back and stand in the order of their input.
 * Of a foreign job only the answers are known, and they are passed on as they are.
 */
public final class JobDownload {
  private final Workspace workspace;
  private final Settings settings;
  private final AnswerCheck check;

  public JobDownload(Workspace workspace) {
    this.workspace = workspace;
    this.settings = workspace.settings();
    this.check = new AnswerCheck(settings.lines().strictness());
  }

  /**
   * Downloads.
   *
   * @param job which {@linkplain RemoteJob#answers() has answers}
   * @param received receives how many bytes have arrived so far
   */
  public ResultWriter.Outcome download(RemoteJob job, ResultFiles files, LongConsumer received)
      throws IOException {
    Files.createDirectories(files.results().toAbsolutePath().getParent());
    String id = job.jobName().id();
    ResultPublisher publisher = new ResultPublisher(files, id, mode(job));
    Path answers = AtomicFiles.aside(files.results(), id + ".answers");
    try {
      fetch(job, answers, received);
      ResultWriter.Outcome outcome = write(job, answers, publisher);
      Prices prices = Prices.read(settings.costs().prices());
      Report report = Report.ofJob(job, outcome, prices, workspace.clock().instant());
      Reports.write(report, publisher.begin(publisher.report()));
      publisher.publish(outcome.failed() > 0);
      return outcome;
    } finally {
      Files.deleteIfExists(answers);
      publisher.discard();
    }
  }

  void fetch(RemoteJob job, Path answers, LongConsumer received) throws IOException {
    Files.deleteIfExists(answers);
    FileService files = workspace.connection().files();
    String from = job.answers().orElseThrow();
    try {
      AnswerDownload.fetch(files, from, answers, job.counts().requests(), received);
    } catch (ServiceFailure failure) {
      if (failure.kind() != Kind.NOT_FOUND || !job.inlined() || from.equals(job.name())) {
        throw failure;
      }
      Files.deleteIfExists(answers); // the file is gone, the same answers are in the description
      AnswerDownload.fetch(files, job.name(), answers, job.counts().requests(), received);
    }
  }

  /** Answers to an input of ours are no wider than that was. */
  private FileMode mode(RemoteJob job) throws IOException {
    Ledger ledger = workspace.ledger();
    Optional<Run> run =
        ledger.jobs().named(job.jobName()).flatMap(ours -> ledger.queries().find(ours.runId()));
    return run.isPresent()
        ? InputMode.of(workspace.state().run(run.get().id()), run.get())
        : FileMode.ANY;
  }

  private ResultWriter.Outcome write(RemoteJob job, Path answers, ResultPublisher publisher)
      throws IOException {
    Optional<Job> ours = workspace.ledger().jobs().named(job.jobName());
    // The answers to a shared job are passed on as they are: keys of its runs may be the same.
    if (ours.isPresent() && ours.get().remote().pack().isEmpty()) {
      RunFolder folder = workspace.state().run(ours.get().runId());
      JobFiles kept = JobFiles.of(folder, ours.get().number());
      if (Files.exists(kept.index()) && Files.exists(folder.input())) {
        JobFiles files = kept.withAnswers(answers, folder.matchesOf(answers));
        return writeOurs(folder, files, withoutAnswer(job), publisher);
      }
    }
    return ForeignAnswers.write(
        answers, publisher.begin(publisher.results()), publisher.begin(publisher.errors()), check);
  }

  /** Why a request has no line: the job may have ended before its turn. */
  private static LineProblem withoutAnswer(RemoteJob job) {
    return job.error()
        .map(
            error ->
                ProblemCode.JOB_FAILED.problem(
                    job.name() + ": " + job.reason(), !RpcCode.isFinal(error.status())))
        .orElse(AnswerLine.missing());
  }

  private ResultWriter.Outcome writeOurs(
      RunFolder folder, JobFiles files, LineProblem withoutAnswer, ResultPublisher publisher)
      throws IOException {
    AnswerMatcher.match(files, check);
    try (ResultWriter writer = new ResultWriter(Optional.of(folder.input()), new RequestReader())) {
      writer.addJob(
          files.firstLine().orElseThrow(), () -> new JobAnswers(files, check, withoutAnswer), 1);
      return writer.write(
          publisher.begin(publisher.results()), publisher.begin(publisher.errors()));
    } finally {
      Files.deleteIfExists(files.matches());
    }
  }
}
