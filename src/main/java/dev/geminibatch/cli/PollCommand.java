package dev.geminibatch.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.answer.ResultFiles;
import dev.geminibatch.answer.ResultWriter;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.Visible;
import dev.geminibatch.maintenance.JobDownload;
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
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * {@code --poll}: an existing job. Runs of ours that wait for it resume as a whole; any other job
 * is waited for and its answers are written to files of their own.
 */
final class PollCommand {
  /** So many of the runs that share a job are named. */
  private static final int SHOWN = 10;

  private final Session session;

  PollCommand(Session session) {
    this.session = session;
  }

  int run() throws IOException, InterruptedException {
    session.settings().service().requireKey();
    JobName name = JobName.typed(session.options().poll);
    String resume = session.sameCommand();
    List<Run> unfinished = unfinishedRuns(name);
    if (!unfinished.isEmpty() && session.options().output == null) {
      return resume(name, unfinished, resume);
    }
    return waitAndFetch(name, resume);
  }

  private List<Run> unfinishedRuns(JobName name) throws IOException {
    try (Workspace workspace = session.impatientWorkspace()) {
      return workspace.ledger().queries().unfinishedOf(name);
    }
  }

  private int resume(JobName name, List<Run> runs, String resume)
      throws IOException, InterruptedException {
    for (Run run : runs.subList(0, Math.min(runs.size(), SHOWN))) {
      session.terminal().tell("Resuming " + Visible.line(run.name()) + ", run " + run.id());
    }
    if (runs.size() > SHOWN) {
      session.terminal().tell("... and " + Amounts.count(runs.size() - SHOWN) + " more");
    }
    List<String> ids = runs.stream().map(Run::id).toList();
    List<RunWatch.End> ends = new RunWatch(session, resume).await(beans -> ids);
    return RunEnd.tell(session, ends, name, resume);
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
    List<JobDownload.Fetched> fetched = download.download(job, files, received -> {});
    long missing =
        Math.max(0, job.counts().requests() - sum(fetched, ResultWriter.Outcome::requests));
    if (session.options().json) {
      session.terminal().printJson(json(job, files, fetched, missing));
    }
    for (JobDownload.Fetched each : fetched) {
      tell(each, each.isPart() ? 0 : missing);
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
    boolean isAll = missing == 0 && sum(fetched, ResultWriter.Outcome::failed) == 0;
    return isAll ? ExitCode.OK : ExitCode.INCOMPLETE;
  }

  private static long sum(
      List<JobDownload.Fetched> fetched, ToLongFunction<ResultWriter.Outcome> number) {
    return fetched.stream().mapToLong(each -> number.applyAsLong(each.outcome())).sum();
  }

  /**
   * Tells of one of the files.
   *
   * @param missing requests of which the service says nothing at all; of a job of ours each one has
   *     a line
   */
  private void tell(JobDownload.Fetched fetched, long missing) {
    ResultWriter.Outcome outcome = fetched.outcome();
    if (!session.options().json) {
      session
          .terminal()
          .print(
              Amounts.count(outcome.answered())
                  + " of "
                  + Amounts.count(outcome.requests() + missing)
                  + " requests answered: "
                  + fetched.files().results());
    }
    if (outcome.failed() > 0) {
      session
          .terminal()
          .tell(
              Amounts.count(outcome.failed())
                  + " without an answer; the reasons are in "
                  + fetched.files().errors());
    }
  }

  private static ObjectNode json(
      RemoteJob job, ResultFiles files, List<JobDownload.Fetched> fetched, long missing) {
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("job", job.name());
    if (!fetched.get(0).isPart()) {
      return put(json, fetched.get(0), missing);
    }
    json.put("requests", sum(fetched, ResultWriter.Outcome::requests) + missing);
    json.put("answered", sum(fetched, ResultWriter.Outcome::answered));
    json.put("failed", sum(fetched, ResultWriter.Outcome::failed) + missing);
    json.put("results", files.parts().toAbsolutePath().toString());
    for (JobDownload.Fetched each : fetched) {
      ObjectNode part = json.withArray("runs").addObject();
      each.run().ifPresent(run -> part.put("run", run.id()).put("input", run.source().toString()));
      put(part, each, 0);
    }
    return json;
  }

  private static ObjectNode put(ObjectNode json, JobDownload.Fetched fetched, long missing) {
    ResultWriter.Outcome outcome = fetched.outcome();
    json.put("requests", outcome.requests() + missing);
    json.put("answered", outcome.answered());
    json.put("failed", outcome.failed() + missing);
    json.put("results", fetched.files().results().toAbsolutePath().toString());
    if (outcome.failed() > 0) {
      json.put("errors", fetched.files().errors().toAbsolutePath().toString());
    }
    return json.put("report", fetched.files().report().toAbsolutePath().toString());
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
