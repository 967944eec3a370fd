package dev.geminibatch.stage;

import dev.geminibatch.ledger.JobLedger;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.ledger.RunQueries;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.Leases;
import dev.geminibatch.run.Progress;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunState;
import dev.geminibatch.run.WorkInHand;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Where a run goes: to the stage that is next, or to the user's route before it. A run that was
 * stopped in such a route comes there again.
 */
public final class Itinerary {
  /** The stage that each state leads to: the id of its route. */
  private static final Map<RunState, String> STAGES =
      Map.of(
          RunState.RECEIVED, "inspect",
          RunState.INSPECTED, "upload",
          RunState.UPLOADED, "assemble",
          RunState.ASSEMBLED, "submit",
          RunState.SUBMITTED, "collect",
          RunState.COLLECTED, "deliver",
          RunState.FOLLOWING, "deliver");

  /** Further routes of ours that work on a run: before it is inspected, and when a stage failed. */
  private static final Set<String> OTHER_STAGES = Set.of("change", "fail");

  private static final String SUBMIT = "direct:submit";
  private static final String COLLECT = "direct:collect";
  private static final String DELIVER = "direct:deliver";

  private final RunQueries queries;
  private final JobLedger jobs;
  private final Map<String, String> next;
  private final Progress progress;
  private final WorkInHand work;
  private final Leases leases;

  /**
   * @param next the endpoints that the settings name for what comes after each stage
   * @param work is given each stage as it begins
   */
  public Itinerary(StageContext context, Map<String, String> next, WorkInHand work) {
    Ledger ledger = context.ledger();
    this.leases = context.leases();
    this.progress = context.progress();
    this.work = work;
    this.queries = ledger.queries();
    this.jobs = ledger.jobs();
    this.next = next;
  }

  /**
   * The endpoint that takes the run on; null if there is nothing to do. It is for the thread that
   * works on the run.
   */
  public String next(String runId) {
    Run run = leases.isOurs(runId) ? queries.find(runId).orElse(null) : null;
    if (run == null) {
      return null;
    }
    String endpoint = next(run);
    if (endpoint != null) {
      work.begin(run, STAGES.get(run.state()));
    }
    return endpoint;
  }

  /** Whether a route is one of ours that work on a run. */
  public static boolean isStage(String route) {
    return STAGES.containsValue(route) || OTHER_STAGES.contains(route);
  }

  private String next(Run run) {
    progress.stageOver(run);
    if (run.isHeld() && !run.isPaused() || run.state().isFinished()) {
      return null;
    }
    if (run.isDryRun() && run.state() != RunState.RECEIVED) {
      return null; // it has been inspected
    }
    return run.isStopped() ? ofStopped(run) : ofGoing(run);
  }

  /** Nothing of it is sent; what is with the service is fetched all the same. */
  private String ofStopped(Run run) {
    return switch (run.state()) {
      case RECEIVED, INSPECTED, UPLOADED -> run.isCancelled() ? COLLECT : null;
      case ASSEMBLED -> {
        List<Job> all = jobs.of(run.id());
        boolean isAnyEnded = all.stream().anyMatch(job -> job.state() == JobState.ENDED);
        boolean isAnyCreating = all.stream().anyMatch(job -> job.state() == JobState.CREATING);
        // The hook is not asked: nothing that it may hold up is sent.
        yield isAnyEnded ? COLLECT : run.isCancelled() || isAnyCreating ? SUBMIT : null;
      }
      case SUBMITTED -> COLLECT;
      case COLLECTED -> next.get("stage.after-collect");
      case FOLLOWING -> run.isCancelled() ? COLLECT : DELIVER;
      case RECEIVING, DELIVERED, FAILED -> null;
    };
  }

  private String ofGoing(Run run) {
    return switch (run.state()) {
      case RECEIVED -> next.get("stage.after-receive");
      case INSPECTED -> next.get("stage.after-inspect");
      case UPLOADED -> next.get("stage.after-upload");
      case ASSEMBLED -> afterAssembling(run);
      case SUBMITTED -> COLLECT;
      case COLLECTED -> next.get("stage.after-collect");
      case FOLLOWING -> DELIVER;
      case RECEIVING, DELIVERED, FAILED -> null;
    };
  }

  private String afterAssembling(Run run) {
    // The answers of a job are fetched while others of the run still wait to be created.
    if (jobs.of(run.id()).stream().anyMatch(job -> job.state() == JobState.ENDED)) {
      return COLLECT;
    }
    // What has begun to be sent is not held up any more.
    return run.isPaid() || run.isQueued() ? SUBMIT : next.get("stage.after-assemble");
  }
}
