package dev.geminibatch.stage.collect;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.geminibatch.answer.AnswerCheck;
import dev.geminibatch.answer.AnswerDownload;
import dev.geminibatch.answer.AnswerMatcher;
import dev.geminibatch.answer.JobProblem;
import dev.geminibatch.answer.MatchAhead;
import dev.geminibatch.answer.StrayAnswers;
import dev.geminibatch.extension.Part;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.io.Forcing;
import dev.geminibatch.io.LazyOutput;
import dev.geminibatch.io.LruMap;
import dev.geminibatch.io.ThisProcess;
import dev.geminibatch.io.Visible;
import dev.geminibatch.job.JobFiles;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.Progress.Unit;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunEvent;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.run.RunState;
import dev.geminibatch.service.JobName;
import dev.geminibatch.service.RemoteJob;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.service.ServiceFailure.Kind;
import dev.geminibatch.service.ServiceLimits;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.stage.JobStory;
import dev.geminibatch.stage.StageContext;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;
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
  private final RetryPlanner retries;
  private final Cancellation cancellation;
  private final Parts parts;

  /** What was found in jobs of whose parts somebody is being notified. */
  private final Map<String, AnswerMatcher.Outcome> matched =
      Collections.synchronizedMap(new LruMap<>(10_000));

  private final PackAnswers packed;
  private final Set<Path> begun = ConcurrentHashMap.newKeySet();

  public Collector(StageContext context, RetryPlanner retries) {
    this.context = context;
    this.cancellation = new Cancellation(context);
    this.ledger = context.ledger();
    this.parts = new Parts(context);
    this.retries = retries;
    this.packed = new PackAnswers(context);
  }

  /**
   * Collects every job of the run that has ended.
   *
   * @return whether all its jobs are collected now and no line is sent again
   */
  public boolean collect(String runId) throws IOException {
    Run run = ledger.queries().run(runId);
    if (run.isCancelled() && cancellation.end(run)) {
      return true;
    }
    Settings.Lines set = context.settings(run).lines();
    AnswerCheck check = new AnswerCheck(set.strictness());
    Set<Integer> answered = new HashSet<>();
    for (Job job : ledger.jobs().of(runId)) {
      if (job.state() == JobState.ENDED) {
        AnswerMatcher.Outcome outcome = match(run, job, check);
        if (outcome.answered() == job.requests()) {
          answered.add(job.number());
        }
        if (set.areParts() && outcome.answered() > 0) {
          parts.publish(run, job, check);
        }
        collected(run, job, outcome);
      }
    }
    List<Job> jobs = ledger.jobs().of(runId);
    boolean isAll = jobs.stream().allMatch(job -> job.state() == JobState.COLLECTED);
    if (!isAll || retries.prepare(run, jobs, answered, check)) {
      return false;
    }
    ledger.runs().moveTo(runId, RunState.COLLECTED);
    return true;
  }

  /**
   * Publishes the answers of every job of the run that has ended, each as a part, unless {@code
   * results.parts} says no. The jobs are not collected before {@link #notified}.
   *
   * @return the parts of which somebody is to be notified
   */
  public List<Part> parts(String runId) throws IOException {
    if (!mayHaveParts(runId)) {
      return List.of();
    }
    Run run = ledger.queries().run(runId);
    List<Job> ended =
        ledger.jobs().of(runId).stream().filter(job -> job.state() == JobState.ENDED).toList();
    Settings.Lines set = ended.isEmpty() ? null : context.settings(run).lines();
    if (ended.isEmpty() || !set.areParts()) {
      return List.of();
    }
    AnswerCheck check = new AnswerCheck(set.strictness());
    List<Part> published = new ArrayList<>();
    for (Job job : ended) {
      try {
        AnswerMatcher.Outcome outcome = match(run, job, check);
        if (outcome.answered() > 0) {
          published.add(part(run, job, parts.publish(run, job, check), outcome));
          matched.put(run.id() + "." + job.number(), outcome);
        }
      } catch (IOException | RuntimeException e) {
        LOG.debug("{}: {} is collected later", run.name(), job.label(), e);
      } // collecting it fails in the same way, after the others have been notified
    }
    return published;
  }

  /** Cheap: of most runs nothing needs to be read. */
  private boolean mayHaveParts(String runId) {
    return context.settings().profiles().all().stream().anyMatch(set -> set.lines().areParts())
        || Files.exists(context.folder(runId).overrides());
  }

  private static Part part(Run run, Job job, Parts.Published part, AnswerMatcher.Outcome outcome) {
    return new Part(
        run.id(),
        Visible.line(run.name()),
        run.profile(),
        part.number(),
        job.number(),
        part.file().toString(),
        outcome.answered());
  }

  /** Everybody knows of a part: its job is over. */
  public void notified(Part part) throws IOException {
    AnswerMatcher.Outcome outcome = matched.remove(part.run() + "." + part.job());
    if (outcome != null) { // else it is matched once more
      Run run = ledger.queries().run(part.run());
      collected(run, ledger.jobs().job(run.id(), part.job()), outcome);
    }
  }

  private AnswerMatcher.Outcome match(Run run, Job job, AnswerCheck check) throws IOException {
    RunFolder folder = context.folder(run);
    Optional<AnswerMatcher.Outcome> ahead =
        job.responsesFile().isPresent() ? download(run, folder, job, check) : Optional.empty();
    boolean isPacked = job.remote().pack().isPresent();
    AnswerMatcher.Outcome outcome =
        ahead.isPresent()
            ? ahead.get()
            : AnswerMatcher.match(JobFiles.of(folder, job.number()), check);
    if (!isPacked && outcome.matched() == 0 && isAnotherFile(run, job)) {
      refuseAnswers(run, job);
      outcome = AnswerMatcher.match(JobFiles.of(folder, job.number()), check);
    }
    // The job is about to be collected, which must be true for good. Its own answers have been
    // forced when they were fetched.
    Path answers = folder.answers(job.number());
    Forcing.all(
        isPacked && Files.exists(answers)
            ? List.of(answers, folder.matches(job.number()))
            : List.of(folder.matches(job.number())));
    try (OutputStream out = new LazyOutput(folder.strayAnswers(job.number()))) {
      if (!outcome.strayAnswers().equals(StrayAnswers.NONE)) {
        MAPPER.writeValue(out, outcome.strayAnswers());
      }
    }
    if (outcome.strayAnswers().count() > 0) {
      LOG.warn(
          "{}: the answers of {} are not all as they should be: {}",
          run.name(),
          job.shownName(),
          outcome.strayAnswers().inWords());
    }
    return outcome;
  }

  private void collected(Run run, Job job, AnswerMatcher.Outcome outcome) throws IOException {
    ledger
        .jobs()
        .collected(job, outcome.answered(), outcome.failed(), outcome.tokens(), outcome.evidence());
    context.progress().happened(new RunEvent.Collected(job, outcome.tokens()));
    if (job.name().isPresent()) {
      LOG.atLevel(JobStory.level(job))
          .log(
              "{}: {} is over: {}, {} without one",
              run.name(),
              job.label(),
              Amounts.count(outcome.answered(), "answer"),
              Amounts.count(outcome.failed(), "request"));
    }
    Files.deleteIfExists(
        context.folder(run).jobBody(job.number())); // nothing is sent from it any more
  }

  private boolean isAnotherFile(Run run, Job job) throws IOException {
    Path answers = context.folder(run).answers(job.number());
    return job.responsesFile().isPresent()
        && Files.exists(answers)
        && DescribedJob.hasOtherAnswers(context, run, job, Files.size(answers));
  }

  /** Has the answers fetched again, and gives them up after some tries. */
  private void refuseAnswers(Run run, Job job) throws IOException {
    Files.delete(context.folder(run).answers(job.number()));
    ServiceFailure failure = DescribedJob.noAnswers(job);
    if (run.waiting().tries() < TRIES_FOR_ANSWERS) {
      throw failure;
    }
    giveUpAnswers(run, job, failure.getMessage());
  }

  private void giveUpAnswers(Run run, Job job, String why) {
    LOG.error("{}: {}; --poll fetches them if they are there later", run.name(), why);
    ledger.jobs().ended(job, JobProblem.Kind.ANSWERS_GONE.name(), null, why);
  }

  /** Fetches the answers of a job; of a large one, what they come to. */
  private Optional<AnswerMatcher.Outcome> download(
      Run run, RunFolder folder, Job job, AnswerCheck check) throws IOException {
    Path answers = folder.answers(job.number());
    if (Files.exists(answers)) {
      return Optional.empty(); // complete since it has its name
    }
    // One that was taken over may wake and continue with its own.
    Path part =
        AtomicFiles.aside(answers, context.leases().areShared() ? ThisProcess.MARK : run.id());
    try {
      if (job.remote().pack().isPresent()) {
        packed.fetchFor(run, job);
        return Optional.empty();
      }
      if (begun.add(part)) {
        Files.deleteIfExists(part); // an earlier process may have left it half on disk
      }
      Optional<AnswerMatcher.Outcome> outcome = fetch(run, folder, job, part, check);
      AtomicFiles.rename(part, answers);
      AtomicFiles.forceFolder(answers.getParent());
      begun.remove(part);
      return outcome;
    } catch (ServiceFailure failure) {
      if (failure.status().equals(DescribedJob.NO_ANSWERS)
          && run.waiting().tries() >= TRIES_FOR_ANSWERS) {
        giveUpAnswers(run, job, failure.getMessage());
        return Optional.empty();
      }
      if (failure.kind() != Kind.NOT_FOUND) {
        throw failure;
      }
      if (!job.isOf(context.connection(run).project())) {
        throw job.madeWithAnotherKey();
      }
      if (run.waiting().tries() < TRIES_FOR_ANSWERS) {
        throw failure;
      }
      Optional<RemoteJob> described = DescribedJob.of(context, run, job);
      boolean isPacked = job.remote().pack().isPresent();
      if (!isPacked && described.map(RemoteJob::inlined).orElse(false)) {
        Files.deleteIfExists(part);
        fetch(run, job, described.get().name(), part, received -> {});
        AtomicFiles.publish(part, answers);
        begun.remove(part);
        return Optional.empty();
      }
      if (described.filter(status -> isStillPromised(status, job)).isPresent()) {
        throw failure;
      }
      LOG.error(
          "{}: the answers of {} are not with the service any more: {}",
          run.name(),
          job.shownName(),
          failure.getMessage());
      ledger.jobs().ended(job, JobProblem.Kind.ANSWERS_GONE.name(), null, failure.getMessage());
      return Optional.empty();
    }
  }

  /** Fetches the file of a job's answers; when it returns, they are on the disk. */
  private Optional<AnswerMatcher.Outcome> fetch(
      Run run, RunFolder folder, Job job, Path part, AnswerCheck check) throws IOException {
    String from = job.responsesFile().orElseThrow();
    long requests = JobName.isName(from) ? 0 : job.requests(); // a description comes otherwise
    JobFiles files = JobFiles.of(folder, job.number());
    try (MatchAhead ahead =
        MatchAhead.of(files.withAnswers(part, files.matches()), requests, check)) {
      fetch(run, job, from, part, ahead::received);
      context.accounts().accepted(context.connection(run).project());
      ahead.complete();
      AtomicFiles.force(part);
      return ahead.outcome();
    }
  }

  private void fetch(Run run, Job job, String from, Path part, LongConsumer taker)
      throws IOException {
    AnswerDownload.fetch(
        context.connection(run).files(),
        from,
        part,
        job.requests(),
        received -> {
          taker.accept(received);
          context.progress().step(run, "downloading answers", received, 0, Unit.BYTES);
        });
  }

  /** Whether the service still says that the answers are there, and they are not too old. */
  private boolean isStillPromised(RemoteJob status, Job job) {
    return status.answers().equals(job.responsesFile())
        && job.times()
            .ended()
            .orElse(Instant.EPOCH)
            .plus(ServiceLimits.ANSWER_LIFE)
            .isAfter(context.clock().instant());
  }
}
