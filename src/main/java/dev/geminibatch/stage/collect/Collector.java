package dev.geminibatch.stage.collect;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.geminibatch.answer.AnswerCheck;
import dev.geminibatch.answer.AnswerDownload;
import dev.geminibatch.answer.AnswerMatcher;
import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.Progress;
import dev.geminibatch.run.Progress.Unit;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.run.RunState;
import dev.geminibatch.service.RemoteJob;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.service.ServiceFailure.Kind;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.stage.StageContext;
import dev.geminibatch.stage.poll.JobPolling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Fetches the answers of ended jobs and finds out which request each belongs to. */
public final class Collector {
  private static final Logger LOG = LoggerFactory.getLogger("collect");

  /** Over some five minutes; a service that once does not know a file may know it again. */
  private static final int TRIES_FOR_ANSWERS = 5;

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Ledger ledger;
  private final StageContext context;
  private final RetryPlanner followUp;
  private final Settings settings;
  private final Progress progress;
  private final Clock clock;
  private final Set<Path> begun = ConcurrentHashMap.newKeySet();

  public Collector(StageContext context, RetryPlanner followUp) {
    this.context = context;
    this.ledger = context.ledger();
    this.settings = context.settings();
    this.progress = context.progress();
    this.followUp = followUp;
    this.clock = context.clock();
  }

  /**
   * Collects every job of the run that has ended.
   *
   * @return whether all its jobs are collected now and no line is sent again
   */
  public boolean collect(String runId) throws IOException {
    Run run = ledger.run(runId);
    RunFolder folder = RunFolder.of(settings, runId);
    for (Job job : ledger.jobs(runId)) {
      if (job.state() == JobState.ENDED) {
        collect(run, folder, job);
      }
    }
    boolean all = ledger.jobs(runId).stream().allMatch(job -> job.state() == JobState.COLLECTED);
    if (!all || followUp.prepare(run, folder)) {
      return false;
    }
    ledger.moveTo(runId, RunState.COLLECTED);
    return true;
  }

  private void collect(Run run, RunFolder folder, Job job) throws IOException {
    if (job.responsesFile().isPresent()) {
      download(run, folder, job);
    }
    AnswerCheck check = new AnswerCheck(context.settings(run).results().check());
    AnswerMatcher.Outcome outcome = AnswerMatcher.match(folder.jobFiles(job.number()), check);
    AtomicFiles.force(folder.matches(job.number()));
    MAPPER.writeValue(folder.oddities(job.number()).toFile(), outcome.oddities());
    if (outcome.oddities().count() > 0) {
      LOG.warn(
          "{}: among the answers of {} are lines that answer nothing: {}",
          run.name(),
          job.name().orElseThrow(),
          outcome.oddities().inWords());
    }
    ledger.jobCollected(job, outcome.answered(), outcome.failed(), outcome.tokens());
    job.name()
        .ifPresent(
            name ->
                LOG.info(
                    "{}: {} has {} answers, {} requests without one",
                    run.name(),
                    name,
                    outcome.answered(),
                    outcome.failed()));
    Files.deleteIfExists(folder.jobBody(job.number())); // nothing is sent from it any more
  }

  private void download(Run run, RunFolder folder, Job job) throws IOException {
    Path answers = folder.answers(job.number());
    if (Files.exists(answers)) {
      return; // complete since it has its name
    }
    Path part = AtomicFiles.aside(answers, run.id());
    if (begun.add(part)) {
      Files.deleteIfExists(part); // an earlier process may have left it half on disk
    }
    try {
      AnswerDownload.fetch(
          context.service(run).gemini(),
          job.responsesFile().orElseThrow(),
          part,
          job.requests(),
          received -> progress.step(run, "downloading answers", received, 0, Unit.BYTES));
      AtomicFiles.publish(part, answers);
      begun.remove(part);
    } catch (ServiceFailure failure) {
      if (failure.kind() != Kind.NOT_FOUND) {
        throw failure;
      }
      if (!job.isOf(context.service(run).project())) {
        throw job.madeWithAnotherKey();
      }
      if (run.tries() < TRIES_FOR_ANSWERS || isStillPromised(run, job)) {
        throw failure;
      }
      LOG.error(
          "{}: the answers of {} are not with the service any more: {}",
          run.name(),
          job.name().orElse("job " + job.number()),
          failure.getMessage());
      ledger.jobEnded(job, "ANSWERS_GONE", null, failure.getMessage());
    }
  }

  /** Whether the service still says that the answers are there, and they are not too old. */
  private boolean isStillPromised(Run run, Job job) {
    try {
      RemoteJob status = context.service(run).gemini().batch(job.name().orElseThrow());
      return status.responsesFile().equals(job.responsesFile())
          && job.ended()
              .orElse(Instant.EPOCH)
              .plus(JobPolling.LIFE_OF_ANSWERS)
              .isAfter(clock.instant());
    } catch (ServiceFailure failure) {
      if (failure.kind() == Kind.NOT_FOUND) {
        return false;
      }
      throw failure;
    }
  }
}
