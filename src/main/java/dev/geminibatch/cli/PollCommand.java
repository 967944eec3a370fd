package dev.geminibatch.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.answer.ResultFiles;
import dev.geminibatch.answer.ResultWriter;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.maintenance.JobDownload;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.UnnamedAnswers;
import dev.geminibatch.service.BatchService;
import dev.geminibatch.service.JobName;
import dev.geminibatch.service.RemoteJob;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.wiring.Workspace;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * {@code --poll}: an existing job. A run of ours that waits for it resumes as a whole; any other
 * job is waited for and its answers are written to files of their own.
 */
final class PollCommand {
  private final Session session;

  PollCommand(Session session) {
    this.session = session;
  }

  int run() throws IOException, InterruptedException {
    session.settings().service().requireKey();
    JobName name = JobName.typed(session.options().poll);
    String resume = session.sameCommand();
    Optional<Run> unfinished = unfinishedRun(name);
    if (unfinished.isPresent() && session.options().output == null) {
      return resume(unfinished.get(), resume);
    }
    return waitAndFetch(name, resume);
  }

  private Optional<Run> unfinishedRun(JobName name) throws IOException {
    try (Workspace workspace = session.impatientWorkspace()) {
      Ledger ledger = workspace.ledger();
      return ledger
          .jobs()
          .named(name)
          .map(Job::runId)
          .flatMap(ledger.queries()::find)
          .filter(run -> !run.state().isFinished());
    }
  }

  private int resume(Run run, String resume) throws IOException, InterruptedException {
    session.terminal().tell("Resuming " + run.name() + ", run " + run.id());
    RunWatch.End end = new RunWatch(session, resume).await(beans -> run.id());
    return new RunEnd(session, end, resume).tell();
  }

  private int waitAndFetch(JobName name, String resume) throws IOException, InterruptedException {
    try (Workspace workspace = session.impatientWorkspace()) {
      Optional<RemoteJob> ended = awaitEnd(workspace.connection().batches(), name);
      if (ended.isEmpty()) {
        session
            .terminal()
            .tell("The time to wait is over; " + name + " is still running. To resume: " + resume);
        return ExitCode.TIMED_OUT;
      }
      RemoteJob job = ended.get();
      if (job.answers().isEmpty()) {
        session.terminal().tell(whyNoAnswers(job));
        return ExitCode.FAILED;
      }
      return download(new JobDownload(workspace), job);
    }
  }

  private int download(JobDownload download, RemoteJob job) throws IOException {
    Path byDefault = ResultFiles.inFolder(Path.of(""), job.jobName().id()).results();
    Path output = Optional.ofNullable(session.options().output).orElse(byDefault);
    ResultFiles files = ResultFiles.beside(output);
    ResultWriter.Outcome outcome = download.download(job, files, received -> {});
    answered(job, files, outcome);
    long missing = missing(job, outcome);
    if (outcome.failed() == 0 && missing == 0) {
      return ExitCode.OK;
    }
    if (outcome.failed() > 0) {
      session
          .terminal()
          .tell(
              Amounts.count(outcome.failed())
                  + " without an answer; the reasons are in "
                  + files.errors());
    }
    if (missing > 0) {
      session
          .terminal()
          .tell(
              Amounts.count(missing)
                  + " without a line among the answers of the job, which ended as "
                  + job.stateWords()
                  + job.error().map(error -> ": " + job.reason()).orElse(""));
    }
    return ExitCode.INCOMPLETE;
  }

  /** Requests of which the service says nothing at all; of a job of ours each one has a line. */
  private static long missing(RemoteJob job, ResultWriter.Outcome outcome) {
    return Math.max(0, job.counts().requests() - outcome.requests());
  }

  private void answered(RemoteJob status, ResultFiles files, ResultWriter.Outcome outcome) {
    long missing = missing(status, outcome);
    if (!session.options().json) {
      session
          .terminal()
          .print(
              Amounts.count(outcome.answered())
                  + " of "
                  + Amounts.count(outcome.requests() + missing)
                  + " requests answered: "
                  + files.results());
      return;
    }
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("job", status.name());
    json.put("requests", outcome.requests() + missing);
    json.put("answered", outcome.answered());
    json.put("failed", outcome.failed() + missing);
    json.put("results", files.results().toAbsolutePath().toString());
    if (outcome.failed() > 0) {
      json.put("errors", files.errors().toAbsolutePath().toString());
    }
    json.put("report", files.report().toAbsolutePath().toString());
    session.terminal().printJson(json);
  }

  /** Trouble with the service is waited out like the job itself. */
  private Optional<RemoteJob> awaitEnd(BatchService batches, JobName name)
      throws InterruptedException {
    batches.checkAccess();
    Duration interval = session.settings().jobs().pollInterval();
    Instant until = session.clock().instant().plus(session.settings().jobs().timeout());
    UnnamedAnswers unnamed = UnnamedAnswers.from(session.clock().instant());
    String last = "";
    while (true) {
      String now;
      try {
        RemoteJob status = batches.job(name);
        now = name + " is " + status.stateWords() + counts(status.counts());
        if (status.isUnexplained()) {
          unnamed = unnamed.another();
          now += "; its answers are not named yet";
        } else {
          unnamed = UnnamedAnswers.from(session.clock().instant());
        }
        boolean mayBeNamed = !status.done() || !unnamed.isFinal(session.clock().instant());
        if (status.isEnded() && !(status.isUnexplained() && mayBeNamed)) {
          return Optional.of(status);
        }
      } catch (ServiceFailure failure) {
        if (!failure.isPassing()) {
          throw failure;
        }
        now = failure.getMessage() + "; will poll again";
      }
      if (!now.equals(last) && !session.options().quiet) {
        session.terminal().tell(now);
      }
      last = now;
      if (session.clock().instant().plus(interval).isAfter(until)) {
        return Optional.empty();
      }
      Thread.sleep(interval.toMillis());
    }
  }

  private static String counts(RemoteJob.Counts counts) {
    return counts.requests() == 0
        ? ""
        : ", "
            + Amounts.count(counts.succeeded() + counts.failed())
            + " of "
            + Amounts.count(counts.requests())
            + " requests";
  }

  private static String whyNoAnswers(RemoteJob status) {
    if (status.isUnexplained()) {
      return status.name()
          + " is done, and the service names neither answers nor an error; poll it again later.";
    }
    return status.name()
        + " ended as "
        + status.stateWords()
        + " without answers: "
        + status.reason();
  }
}
