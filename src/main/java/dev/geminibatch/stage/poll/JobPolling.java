package dev.geminibatch.stage.poll;

import dev.geminibatch.answer.JobProblem;
import dev.geminibatch.io.LruMap;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.Leases;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunScope;
import dev.geminibatch.service.BatchService.JobPage;
import dev.geminibatch.service.Connection;
import dev.geminibatch.service.JobName;
import dev.geminibatch.service.PageTokens;
import dev.geminibatch.service.RemoteJob;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.service.ServiceFailure.Kind;
import dev.geminibatch.stage.AccountRefusals;
import dev.geminibatch.stage.JobStory;
import dev.geminibatch.stage.StageContext;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Polls the open jobs of one project, at the cost of one or two requests however many there are.
 * Jobs that take long are polled less often, and so is a service in trouble.
 */
final class JobPolling {
  private static final Logger LOG = LoggerFactory.getLogger("poll");

  /** How long a job must be missing until it is given up. */
  private static final Duration LONG_ENOUGH_GONE = Duration.ofMinutes(10);

  private final Ledger ledger;
  private final AccountRefusals accounts;
  private final Connection connection;
  private final Leases leases;
  private final Clock clock;
  private final JobNews news;
  private final PollPace pace;

  /**
   * Jobs that something is odd about; a person may cancel them, and then they are never seen again.
   */
  private static final int MOST_REMEMBERED = 10_000;

  private final Map<JobName, Instant> missingSince =
      Collections.synchronizedMap(new LruMap<>(MOST_REMEMBERED));
  private final Set<JobName> unreadable =
      Collections.synchronizedSet(Collections.newSetFromMap(new LruMap<>(MOST_REMEMBERED)));
  private Optional<String> furtherPage = Optional.empty();
  private PageTokens pages = new PageTokens();
  private int turn;

  JobPolling(StageContext context, Connection connection) {
    this.ledger = context.ledger();
    this.accounts = context.accounts();
    this.connection = connection;
    this.leases = context.leases();
    this.clock = context.clock();
    this.news = new JobNews(context, connection::batches);
    this.pace = new PollPace(context.settings().jobs().pollInterval());
  }

  /**
   * Polls, if it is time to.
   *
   * @param runs by their ids, those of the jobs among them
   */
  void poll(List<Job> open, Map<String, Run> runs) {
    Instant now = clock.instant();
    List<Job> named = open.stream().filter(job -> job.name().isPresent()).toList();
    open.stream().filter(job -> job.name().isEmpty()).forEach(this::endUnnamed);
    pollNamed(named, runs, now);
  }

  /** An earlier version took what the service called it for a name, whatever it was. */
  private void endUnnamed(Job job) {
    LOG.error("{} has no name with the service that can be used; it is given up", job.label());
    ledger
        .jobs()
        .ended(job, JobProblem.Kind.GONE.name(), null, "the service gave it no usable name");
  }

  private void pollNamed(List<Job> open, Map<String, Run> runs, Instant now) {
    if (open.isEmpty() || !pace.isTime(now, youngest(open, now))) {
      return;
    }
    try {
      pollAll(open, runs);
      accounts.accepted(connection.project());
      if (pace.succeeded(now)) {
        LOG.info("The service answers again");
      }
    } catch (ServiceFailure failure) {
      furtherPage = Optional.empty();
      boolean isTimeToReport = pace.failed(now);
      if (failure.isAccount()) {
        accounts.refused(connection.project(), failure);
      } else if (isTimeToReport) {
        LOG.warn("Cannot poll the open jobs, will try again: {}", failure.getMessage());
      }
    }
  }

  private static Duration youngest(List<Job> open, Instant now) {
    return open.stream()
        .flatMap(job -> job.times().submitted().stream())
        .max(Instant::compareTo)
        .map(submitted -> Duration.between(submitted, now))
        .orElse(Duration.ZERO);
  }

  private void pollAll(List<Job> open, Map<String, Run> runs) {
    if (open.size() == 1) {
      pollOne(open.get(0), runs);
      return;
    }
    Map<String, Job> unseen = new HashMap<>();
    open.forEach(job -> unseen.put(job.name().orElseThrow().value(), job));
    JobPage newest = connection.batches().jobs(Optional.empty());
    take(newest, unseen, runs);
    if (unseen.isEmpty()) {
      return;
    }
    // What the newest page does not show may be on a further one, of which each poll takes the
    // next. After the last one a single job is asked for: that a listing is silent means nothing.
    if (furtherPage.isPresent()) {
      JobPage further = connection.batches().jobs(furtherPage);
      take(further, unseen, runs);
      furtherPage = pages.next(further.nextPageToken());
    } else {
      List<Job> left = new ArrayList<>(unseen.values());
      lookInside(left.get(Math.floorMod(turn++, left.size())), runs);
      pages = new PageTokens();
      furtherPage = pages.next(newest.nextPageToken());
    }
  }

  private void take(JobPage page, Map<String, Job> unseen, Map<String, Run> runs) {
    List<Job> hiding = new ArrayList<>();
    for (RemoteJob seen : page.jobs()) {
      Job job = unseen.remove(seen.name());
      if (job != null && mayHideAnswers(seen)) {
        hiding.add(job);
      } else if (job != null) {
        take(job, seen, runs.get(job.runId()));
      }
    }
    hiding.forEach(job -> lookInside(job, runs));
  }

  /** A description full of answers may fail again and again, which must not hold up the others. */
  private void lookInside(Job job, Map<String, Run> runs) {
    try {
      pollOne(job, runs);
      unreadable.remove(job.name().orElseThrow());
    } catch (ServiceFailure failure) {
      if (failure.isAccount()) {
        throw failure;
      }
      if (unreadable.add(job.name().orElseThrow())) {
        LOG.warn(
            "The description of {} cannot be fetched; the next poll will retry: {}",
            job.shownName(),
            failure.getMessage());
      }
    }
  }

  /** A listing leaves out answers that are inside a job's description. */
  private static boolean mayHideAnswers(RemoteJob seen) {
    boolean hasSome = seen.isEnded() && seen.answers().isEmpty() && seen.counts().succeeded() > 0;
    return hasSome || seen.isUnexplained();
  }

  private void take(Job job, RemoteJob seen, Run run) {
    missingSince.remove(job.name().orElseThrow());
    news.take(job, seen, run);
  }

  private void pollOne(Job job, Map<String, Run> runs) {
    JobName name = job.name().orElseThrow();
    Run run = runs.get(job.runId());
    try (RunScope scope = JobStory.scope(job, run)) {
      pollOne(job, name, run);
    }
  }

  private void pollOne(Job job, JobName name, Run run) {
    try {
      take(job, connection.batches().job(name), run);
    } catch (ServiceFailure failure) {
      if (failure.kind() != Kind.NOT_FOUND) {
        throw failure;
      }
      if (!job.isOf(connection.project())) {
        waitForTheKey(job, run);
      } else if (isGoneForGood(job, name)) {
        LOG.warn("{} is not with the service any more", name);
        ledger
            .jobs()
            .ended(
                job,
                JobProblem.Kind.GONE.name(),
                null,
                "the service does not know the job any more (deleted or too old)");
      }
    }
  }

  /** A service that once does not know a job may know it again; a person's word is enough. */
  private boolean isGoneForGood(Job job, JobName name) {
    Instant now = clock.instant();
    Instant since = missingSince.computeIfAbsent(name, any -> now);
    if (since.equals(now)) {
      LOG.warn("{} is not found, will check again", name);
    }
    return job.cancelAsked() || since.plus(LONG_ENOUGH_GONE).isBefore(now);
  }

  private void waitForTheKey(Job job, Run run) {
    String reason = job.madeWithAnotherKey().getMessage();
    if (!run.reason().equals(Optional.of(reason))) {
      LOG.error("{}: {}", run.name(), reason);
      ledger.runs().parked(run.id(), reason, Duration.ZERO);
    }
    if (leases.areShared()) {
      leases.release(run.id()); // another member may have that key
    }
  }
}
