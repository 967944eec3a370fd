package dev.geminibatch.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.answer.ResultFiles;
import dev.geminibatch.answer.ResultWriter;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.ledger.LedgerDatabase;
import dev.geminibatch.maintenance.JobDownload;
import dev.geminibatch.maintenance.Maintenance;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.Run;
import dev.geminibatch.service.Connection;
import dev.geminibatch.service.RemoteJob;
import dev.geminibatch.service.RemoteJobState;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.service.gemini.GeminiService;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * {@code --poll}: an existing job. A run of ours that waits for it goes on as a whole; any other
 * job is waited for and its answers are written to files of their own.
 */
final class PollCommand {
  private final Session session;

  PollCommand(Session session) {
    this.session = session;
  }

  int run() throws IOException, InterruptedException {
    session.settings().service().requireKey();
    String name = Maintenance.jobName(session.options().poll);
    String goOn = session.sameCommand();
    Optional<Run> unfinished = unfinishedRun(name);
    if (unfinished.isPresent() && session.options().output == null) {
      return goOnWith(unfinished.get(), goOn);
    }
    return waitAndFetch(name, goOn);
  }

  private Optional<Run> unfinishedRun(String name) throws IOException {
    try (LedgerDatabase database = LedgerDatabase.open(session.settings().folders().state())) {
      Ledger ledger = new Ledger(database, session.clock());
      return ledger
          .jobNamed(name)
          .map(Job::runId)
          .flatMap(ledger::find)
          .filter(run -> !run.state().isFinished());
    }
  }

  private int goOnWith(Run run, String goOn) throws IOException, InterruptedException {
    session.terminal().tell("Going on with " + run.name() + ", run " + run.id());
    RunWatch.End end = new RunWatch(session, goOn).await(beans -> run.id());
    return new RunEnd(session, end, goOn).tell();
  }

  private int waitAndFetch(String name, String goOn) throws IOException, InterruptedException {
    try (Connection service = session.service();
        LedgerDatabase database = LedgerDatabase.open(session.settings().folders().state())) {
      GeminiService gemini = service.gemini();
      Optional<RemoteJob> ended = awaitEnd(gemini, name);
      if (ended.isEmpty()) {
        session
            .terminal()
            .tell("The time to wait is over; " + name + " still runs. To go on: " + goOn);
        return ExitCode.TIMED_OUT;
      }
      RemoteJob status = ended.get();
      if (status.responsesFile().isEmpty()) {
        session.terminal().tell(whyNoAnswers(status));
        return ExitCode.FAILED;
      }
      Ledger ledger = new Ledger(database, session.clock());
      return fetch(new JobDownload(ledger, gemini, session.settings(), session.clock()), status);
    }
  }

  private int fetch(JobDownload fetch, RemoteJob status) throws IOException {
    String id = status.name().replace("batches/", "");
    Path byDefault = ResultFiles.inFolder(Path.of(""), id).results();
    Path output = Optional.ofNullable(session.options().output).orElse(byDefault);
    ResultFiles files = ResultFiles.beside(output);
    ResultWriter.Outcome outcome = fetch.fetch(status, files, received -> {});
    session.terminal().print(answered(status, files, outcome));
    if (outcome.failed() == 0) {
      return ExitCode.OK;
    }
    session
        .terminal()
        .tell(outcome.failed() + " without an answer; the reasons are in " + files.errors());
    return ExitCode.INCOMPLETE;
  }

  private String answered(RemoteJob status, ResultFiles files, ResultWriter.Outcome outcome) {
    long requests = outcome.answered() + outcome.failed();
    if (!session.options().json) {
      return outcome.answered() + " of " + requests + " requests answered: " + files.results();
    }
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("job", status.name());
    json.put("requests", requests);
    json.put("answered", outcome.answered());
    json.put("failed", outcome.failed());
    json.put("results", files.results().toAbsolutePath().toString());
    if (outcome.failed() > 0) {
      json.put("errors", files.errors().toAbsolutePath().toString());
    }
    json.put("report", files.report().toAbsolutePath().toString());
    return json.toPrettyString();
  }

  /** Trouble with the service is waited out like the job itself. */
  private Optional<RemoteJob> awaitEnd(GeminiService gemini, String name)
      throws InterruptedException {
    gemini.checkAccess();
    Duration interval = session.settings().jobs().pollInterval();
    Instant until = session.clock().instant().plus(session.settings().jobs().timeout());
    String last = "";
    while (true) {
      String now;
      try {
        RemoteJob status = gemini.batch(name);
        boolean fileToCome =
            status.state() == RemoteJobState.SUCCEEDED
                && status.responsesFile().isEmpty()
                && !status.inlined();
        if (status.state().isEnded() && !fileToCome) {
          return Optional.of(status);
        }
        now = name + " is " + status.stateText() + counts(status.counts());
      } catch (ServiceFailure failure) {
        if (!failure.isPassing()) {
          throw failure;
        }
        now = failure.getMessage() + "; will look again";
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
        : ", " + (counts.succeeded() + counts.failed()) + " of " + counts.requests() + " requests";
  }

  private static String whyNoAnswers(RemoteJob status) {
    if (status.inlined()) {
      return status.name()
          + " was created with inline requests; its answers are in its description, not in a file,"
          + " and cannot be fetched here.";
    }
    return status.name()
        + " ended as "
        + status.stateText()
        + " without answers: "
        + status
            .error()
            .map(error -> error.status() + ": " + error.message())
            .orElse("the service gave no reason");
  }
}
