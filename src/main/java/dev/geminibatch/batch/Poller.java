package dev.geminibatch.batch;

import dev.geminibatch.batch.Progress.Unit;
import dev.geminibatch.gemini.BatchStatus;
import dev.geminibatch.gemini.Gemini;
import dev.geminibatch.gemini.Gemini.BatchPage;
import dev.geminibatch.gemini.GeminiAccess;
import dev.geminibatch.gemini.GeminiFailure;
import dev.geminibatch.gemini.GeminiFailure.Kind;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks how the open jobs are, at the cost of one or two requests however many there are, and says
 * which runs have something to do.
 */
public final class Poller {
  private static final Logger LOG = LoggerFactory.getLogger("poll");

  /** Of files with the service; after that there is nothing to wait for. */
  private static final Duration LIFE_OF_ANSWERS = Duration.ofHours(48);

  /** How long a job must be missing until it is given up. */
  private static final Duration LONG_ENOUGH_GONE = Duration.ofMinutes(10);

  private final Ledger ledger;
  private final RunClaims claims;
  private final Supplier<Gemini> gemini;
  private final Supplier<String> project;
  private final Predicate<Run> scope;
  private final Clock clock;
  private final Progress progress;
  private final Instant started;
  private final Map<String, Instant> missingSince = new ConcurrentHashMap<>();
  private int turn;

  /**
   * @param scope the runs that this process is for
   */
  public Poller(StageContext context, GeminiAccess service, Predicate<Run> scope) {
    this.ledger = context.ledger();
    this.claims = context.claims();
    this.clock = context.clock();
    this.progress = context.progress();
    this.gemini = service::gemini;
    this.project = service::project;
    this.scope = scope;
    this.started = clock.instant();
  }

  /**
   * One tick.
   *
   * @return the runs that can go on now, each begun by {@link RunClaims#begin}
   */
  public List<String> poll() {
    List<Run> runs = inScope(ledger.unfinished());
    Map<String, Run> ours = new HashMap<>();
    for (Run run : runs) {
      if (run.state() != RunState.RECEIVING && claims.own(run.id())) {
        Run now = ledger.run(run.id()); // another thread may just have finished it
        if (now.state().isFinished()) {
          claims.disown(run.id());
        } else {
          ours.put(run.id(), now);
        }
      }
    }
    List<Job> open =
        ledger.jobs(JobState.OPEN).stream().filter(job -> ours.containsKey(job.runId())).toList();
    if (!open.isEmpty()) {
      look(open, ours);
    }
    Instant now = clock.instant();
    return runs.stream()
        .map(run -> ours.get(run.id()))
        .filter(Objects::nonNull)
        .filter(run -> isDue(run, now) && hasSomethingToDo(run))
        .map(Run::id)
        .filter(claims::begin)
        .toList();
  }

  /** The runs that this process is for, and those that are to answer them. */
  private List<Run> inScope(List<Run> unfinished) {
    Set<String> leaders = new HashSet<>();
    unfinished.stream().filter(scope).forEach(run -> run.leader().ifPresent(leaders::add));
    return unfinished.stream()
        .filter(run -> scope.test(run) || leaders.contains(run.id()))
        .toList();
  }

  /** A wait that an earlier process began is over: the restart may have been the remedy. */
  private boolean isDue(Run run, Instant now) {
    return run.updated().isBefore(started) || !run.nextTry().isAfter(now);
  }

  private boolean hasSomethingToDo(Run run) {
    return switch (run.state()) {
      case SUBMITTED -> {
        List<Job> jobs = ledger.jobs(run.id());
        yield jobs.stream().anyMatch(job -> job.state() == JobState.ENDED)
            || jobs.stream().allMatch(job -> job.state() == JobState.COLLECTED);
      }
      case FOLLOWING ->
          run.leader()
              .flatMap(ledger::find)
              .map(leader -> leader.state().isFinished())
              .orElse(true);
      default -> run.state().stage().isPresent();
    };
  }

  private void look(List<Job> open, Map<String, Run> runs) {
    try {
      if (open.size() == 1) {
        lookAt(open.get(0), runs);
        return;
      }
      Map<String, Job> byName = new HashMap<>();
      open.forEach(job -> byName.put(job.name().orElseThrow(), job));
      BatchPage page = gemini.get().batches(Optional.empty());
      Set<String> seen = new HashSet<>();
      for (BatchStatus status : page.jobs()) {
        Job job = byName.get(status.name());
        if (job != null && seen.add(status.name())) {
          saw(job, status, runs);
        }
      }
      // What the newest page does not show is looked at one by one, one a tick. That a listing is
      // silent about a job means nothing.
      List<Job> unseen = new ArrayList<>(open);
      unseen.removeIf(job -> seen.contains(job.name().orElseThrow()));
      if (!unseen.isEmpty()) {
        lookAt(unseen.get(Math.floorMod(turn++, unseen.size())), runs);
      }
    } catch (GeminiFailure failure) {
      LOG.warn("Cannot look at the open jobs, will look again: {}", failure.getMessage());
    }
  }

  private void lookAt(Job job, Map<String, Run> runs) {
    try {
      saw(job, gemini.get().batch(job.name().orElseThrow()), runs);
    } catch (GeminiFailure failure) {
      if (failure.kind() != Kind.NOT_FOUND) {
        throw failure;
      }
      if (!job.isOf(project.get())) {
        waitForTheKey(job, runs.get(job.runId()));
        return;
      }
      if (!isGoneForGood(job)) {
        return;
      }
      LOG.warn("{} is not with the service any more", job.name().orElseThrow());
      ledger.jobEnded(
          job, "GONE", null, "the service does not know the job any more (deleted or too old)");
    }
  }

  /** A service that once does not know a job may know it again; a person's word is enough. */
  private boolean isGoneForGood(Job job) {
    Instant now = clock.instant();
    Instant since = missingSince.computeIfAbsent(job.name().orElseThrow(), name -> now);
    if (since.equals(now)) {
      LOG.warn("{} is not found, will look again", job.name().orElseThrow());
    }
    return job.cancelAsked() || since.plus(LONG_ENOUGH_GONE).isBefore(now);
  }

  private void waitForTheKey(Job job, Run run) {
    String reason = job.madeWithAnotherKey().getMessage();
    if (!run.reason().equals(Optional.of(reason))) {
      LOG.error("{}: {}", run.name(), reason);
      ledger.parked(run.id(), reason, Duration.ZERO);
    }
  }

  private void saw(Job job, BatchStatus status, Map<String, Run> runs) {
    missingSince.remove(status.name());
    Run run = runs.get(job.runId());
    long done = status.counts().succeeded() + status.counts().failed();
    progress.step(
        run,
        "waiting for " + status.name() + ", " + status.stateText(),
        done,
        job.requests(),
        Unit.REQUESTS);
    if (!status.state().isEnded()) {
      if (!job.remoteState().equals(Optional.of(status.stateText()))) {
        ledger.jobSeen(job, status.stateText());
        LOG.info("{}: {} is {}", run.name(), status.name(), status.stateText());
      }
      return;
    }
    switch (status.state()) {
      case SUCCEEDED -> {
        if (status.responsesFile().isPresent()) {
          ended(run, job, status, null);
        } else if (isLongOver(status)) {
          ended(run, job, status, "the service has named no file with its answers");
        } // else the file is named a little later
      }
      default -> ended(run, job, status, reason(status));
    }
  }

  private boolean isLongOver(BatchStatus status) {
    return status
        .ended()
        .map(ended -> ended.plus(LIFE_OF_ANSWERS).isBefore(clock.instant()))
        .orElse(false);
  }

  private void ended(Run run, Job job, BatchStatus status, String reason) {
    ledger.jobEnded(job, status.stateText(), status.responsesFile().orElse(null), reason);
    LOG.info(
        "{}: {} ended as {}{}",
        run.name(),
        status.name(),
        status.stateText(),
        reason == null ? "" : ": " + reason);
  }

  private static String reason(BatchStatus status) {
    return status
        .error()
        .map(error -> error.status() + ": " + error.message())
        .orElse("the service gave no reason");
  }
}
