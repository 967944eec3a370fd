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
import dev.geminibatch.line.LineProblem;
import dev.geminibatch.line.ProblemCode;
import dev.geminibatch.line.RequestReader;
import dev.geminibatch.report.Report;
import dev.geminibatch.report.Reports;
import dev.geminibatch.run.InputMode;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.Sharing;
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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;

/**
 * Downloads the answers of one ended job into files of their own, whoever made the job.
 *
 * <p>For a job of ours the requests get their own keys back and stand in the order of their input;
 * what several runs share is divided among them. Of a foreign job only the answers are known, and
 * they are passed on as they are.
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
   * What stands in files of its own: a whole job, or the part that one run has in it.
   *
   * @param run whose requests they are, if it is known
   * @param isPart whether other runs have a part in the job, too
   */
  public record Fetched(
      Optional<Run> run, ResultFiles files, ResultWriter.Outcome outcome, boolean isPart) {}

  /**
   * Downloads.
   *
   * @param job which {@linkplain RemoteJob#answers() has answers}
   * @param files where they go; what several runs share goes into a folder of that name instead,
   *     the part of each run under the name of its input
   * @param received receives how many bytes have arrived so far
   * @return one for each run, in the order of their requests
   */
  public List<Fetched> download(RemoteJob job, ResultFiles files, LongConsumer received)
      throws IOException {
    Files.createDirectories(files.results().toAbsolutePath().getParent());
    String id = job.jobName().id();
    Path answers = AtomicFiles.aside(files.results(), id + ".answers");
    try (JobParts parts = new JobParts(workspace, job, answers)) {
      fetch(job, answers, received);
      List<JobParts.Part> all = parts.divide();
      Optional<Sharing> sharing =
          all.size() == 1
              ? Optional.empty()
              : Optional.of(new Sharing(all.size(), parts.requests()));
      List<Fetched> fetched = new ArrayList<>();
      Set<String> taken = new HashSet<>();
      for (JobParts.Part part : all) {
        ResultFiles its = sharing.isPresent() ? files(files.parts(), part, taken) : files;
        ResultWriter.Outcome outcome = write(job, part, its, sharing);
        fetched.add(new Fetched(part.run(), its, outcome, sharing.isPresent()));
      }
      return fetched;
    } finally {
      Files.deleteIfExists(answers);
    }
  }

  /** Inputs from different folders may have the same name. */
  private static ResultFiles files(Path folder, JobParts.Part part, Set<String> taken)
      throws IOException {
    Files.createDirectories(folder);
    String stem = part.run().map(Run::stem).orElse(part.runId());
    ResultFiles files = ResultFiles.inFolder(folder, stem, "");
    boolean isFree = taken.add(files.results().getFileName().toString().toLowerCase(Locale.ROOT));
    return isFree ? files : ResultFiles.inFolder(folder, stem, "." + part.runId());
  }

  private ResultWriter.Outcome write(
      RemoteJob job, JobParts.Part part, ResultFiles files, Optional<Sharing> sharing)
      throws IOException {
    ResultPublisher publisher = new ResultPublisher(files, job.jobName().id(), mode(part));
    try {
      ResultWriter.Outcome outcome = write(job, part, publisher);
      Prices prices = Prices.read(settings.costs().prices());
      String input = sharing.isPresent() ? part.name() : job.displayName();
      Report report =
          Report.ofJob(job, input, sharing, outcome, prices, workspace.clock().instant());
      Reports.write(report, publisher.begin(publisher.report()));
      publisher.publish(outcome.failed() > 0);
      return outcome;
    } finally {
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
  private FileMode mode(JobParts.Part part) throws IOException {
    return part.run().isPresent()
        ? InputMode.of(workspace.state().run(part.runId()), part.run().get())
        : FileMode.ANY;
  }

  private ResultWriter.Outcome write(RemoteJob job, JobParts.Part part, ResultPublisher publisher)
      throws IOException {
    Path results = publisher.begin(publisher.results());
    Path errors = publisher.begin(publisher.errors());
    if (part.jobs().isEmpty()) {
      return ForeignAnswers.write(part.answers(), results, errors, check);
    }
    Path input = workspace.state().run(part.runId()).input();
    try (ResultWriter writer = new ResultWriter(Optional.of(input), new RequestReader())) {
      for (JobFiles files : part.jobs()) {
        AnswerMatcher.Outcome matched = AnswerMatcher.match(files, check);
        writer.addJob(
            files.firstLine().orElseThrow(),
            () -> new JobAnswers(files, check, withoutAnswer(job)),
            1,
            matched.tokens());
      }
      return writer.write(results, errors);
    } finally {
      for (JobFiles files : part.jobs()) {
        Files.deleteIfExists(files.matches());
      }
    }
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
}
