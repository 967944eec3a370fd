package dev.geminibatch.stage;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.run.Backoff;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunState;
import dev.geminibatch.service.ErrorClassifier;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.settings.Profiles;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The accounts that the service refuses at present. All runs of such an account wait with the
 * service's reason; one of them tries again from time to time, and when the service accepts the
 * account, all resume.
 */
public final class AccountRefusals {
  private static final Logger LOG = LoggerFactory.getLogger("account");
  private static final String REASON = ErrorClassifier.ACCOUNT_REFUSED;
  private static final Backoff WAITS = new Backoff(Duration.ofSeconds(10), Duration.ofMinutes(1));

  /** Where a run is that may need the service. */
  private static final Set<RunState> CALLING =
      EnumSet.of(RunState.INSPECTED, RunState.UPLOADED, RunState.ASSEMBLED, RunState.SUBMITTED);

  private final Ledger ledger;
  private final Profiles profiles;
  private final Clock clock;
  private final Map<ProjectId, Refusal> refusals = new HashMap<>();

  /** Projects whose runs do not wait for a reason of an earlier process any more. */
  private final Set<ProjectId> known = new HashSet<>();

  /**
   * What is known of a refusal.
   *
   * @param ofJobs whether it met the creation of a job: then other calls, which cost nothing, may
   *     work all the same, and do not end it
   * @param isTried whether a run is trying whether it still holds
   */
  private record Refusal(
      ServiceFailure failure, boolean ofJobs, int tries, Instant nextTry, boolean isTried) {
    /** Whether it keeps a run waiting: one whose jobs the service has needs no other one. */
    boolean holds(Run run) {
      return concerns(run) && !(ofJobs && run.state() == RunState.SUBMITTED);
    }

    Refusal tried(Instant next) {
      return new Refusal(failure, ofJobs, tries, next, true);
    }
  }

  /** No account is refused yet. */
  public AccountRefusals(Ledger ledger, Profiles profiles, Clock clock) {
    this.ledger = ledger;
    this.profiles = profiles;
    this.clock = clock;
  }

  /** The service has refused an account whatever was asked for; from now on its runs wait. */
  public void refused(ProjectId project, ServiceFailure failure) {
    refused(project, failure, false);
  }

  /** The service has refused the stage of a run; from now on the runs of its account wait. */
  public void refused(Run run, ProjectId project, ServiceFailure failure) {
    refused(project, failure, run.state() == RunState.ASSEMBLED);
  }

  private synchronized void refused(ProjectId project, ServiceFailure failure, boolean ofJobs) {
    Instant now = clock.instant();
    Refusal last = refusals.get(project);
    // Many calls may have been under way at once; they count as one.
    boolean isTry = last != null && (last.isTried() || !last.nextTry().isAfter(now));
    int tries = last == null ? 0 : last.tries() + (isTry ? 1 : 0);
    Duration wait = WAITS.after(tries);
    boolean ofJobsOnly = ofJobs && (last == null || last.ofJobs());
    Refusal refusal = new Refusal(failure, ofJobsOnly, tries, now.plus(wait), false);
    refusals.put(project, refusal);
    List<Run> waiting = waiting(project).stream().filter(refusal::holds).toList();
    ledger.waits().begin(waiting, REASON + failure.getMessage(), wait);
    if (last == null || !last.failure().getMessage().equals(failure.getMessage())) {
      LOG.warn(
          "{}{}. {} until it is accepted again; nothing is lost",
          REASON,
          Amounts.clause(failure.getMessage()),
          waiting.size() == 1
              ? waiting.get(0).name() + " waits"
              : Amounts.count(waiting.size(), "run") + " wait");
    }
  }

  /** Why the service refuses an account, if it does. */
  public synchronized Optional<ServiceFailure> of(ProjectId project) {
    return Optional.ofNullable(refusals.get(project)).map(Refusal::failure);
  }

  /** The service has created a job for an account. */
  public void acceptedJob(ProjectId project) {
    accepted(project, true);
  }

  /** The service has done something for an account that costs nothing. */
  public void accepted(ProjectId project) {
    accepted(project, false);
  }

  private synchronized void accepted(ProjectId project, boolean isJob) {
    if (!isJob && Optional.ofNullable(refusals.get(project)).filter(Refusal::ofJobs).isPresent()) {
      return;
    }
    boolean wasRefused = refusals.remove(project) != null;
    if (known.add(project) || wasRefused) {
      List<Run> waiting =
          waiting(project).stream()
              .filter(run -> run.reason().filter(why -> why.startsWith(REASON)).isPresent())
              .toList();
      ledger.waits().end(waiting);
    }
    if (wasRefused) {
      LOG.info("The service accepts the account again");
    }
  }

  /**
   * Whether a run may be worked on: those of a refused account one at a time.
   *
   * @param project of the run
   */
  public synchronized boolean mayTry(Run run, ProjectId project) {
    Refusal refusal = refusals.get(project);
    return refusal == null || !refusal.holds(run) || !refusal.nextTry().isAfter(clock.instant());
  }

  /** A run that may try has begun to; until it has failed or succeeded, or took long, no other. */
  public synchronized void trying(Run run, ProjectId project) {
    refusals.computeIfPresent(
        project,
        (same, refusal) ->
            refusal.holds(run) ? refusal.tried(clock.instant().plus(WAITS.first())) : refusal);
  }

  /** Whether a run is where it may need the service. */
  public static boolean concerns(Run run) {
    return CALLING.contains(run.state()) && !run.isCancelled();
  }

  private List<Run> waiting(ProjectId project) {
    return ledger.queries().unfinished().stream()
        .filter(run -> concerns(run) && !run.isHeld() && !run.isDryRun())
        .filter(run -> isOf(run, project))
        .toList();
  }

  private boolean isOf(Run run, ProjectId project) {
    return profiles.hasKey(run.profile())
        && profiles.of(run.profile()).service().project().equals(project);
  }
}
