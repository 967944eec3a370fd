package dev.geminibatch.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.io.Visible;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.ledger.RunControl;
import dev.geminibatch.run.Capacity;
import dev.geminibatch.run.DaemonLock;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunOptions;
import dev.geminibatch.wiring.Workspace;
import java.io.IOException;
import java.util.Optional;

/**
 * {@code --pause}, {@code --resume}, {@code --cancel-run} and {@code --priority}: written into the
 * ledger, and obeyed by whoever works on the run.
 */
final class ControlCommand {
  private final Session session;

  ControlCommand(Session session) {
    this.session = session;
  }

  int run(Action action) throws IOException {
    Options options = session.options();
    try (Workspace workspace = session.impatientWorkspace()) {
      switch (action) {
        case PAUSE -> pause(workspace, options.pause);
        case RESUME -> resume(workspace, options.resume);
        case CANCEL_RUN -> cancel(workspace, options.cancelRun);
        case PRIORITY -> {
          int priority = priority(options.priority.get(0), options.priority.get(1));
          setPriority(workspace, options.priority.get(0), priority);
        }
        default -> throw new IllegalArgumentException(action.name());
      }
    }
    return ExitCode.OK;
  }

  private void pause(Workspace workspace, String text) throws IOException {
    Run run = ChosenRun.of(text, workspace.ledger().queries());
    requireUnfinished(run, "pause");
    if (run.isCancelled()) {
      throw new UsageException(shown(run) + " is being cancelled; there is nothing to pause.");
    }
    boolean isNew = workspace.ledger().control().pause(run.id());
    String rest =
        run.isPaid() ? " Its jobs at the service continue, and their answers are fetched." : "";
    tell(
        run,
        "paused",
        true,
        isNew
            ? shown(run) + " is paused: nothing more of it is sent." + rest + resumeBy(run)
            : shown(run) + " is paused already." + resumeBy(run));
  }

  private static String resumeBy(Run run) {
    return " To resume it: --resume " + run.id();
  }

  private void resume(Workspace workspace, String text) throws IOException {
    Run run = ChosenRun.of(text, workspace.ledger().queries());
    requireUnfinished(run, "resume");
    boolean isResumed = workspace.ledger().control().resume(run.id());
    if (!isResumed && run.waiting().isHeldForStrikes()) {
      workspace.ledger().strikes(Capacity.present()).retry(run.id());
      tell(run, "paused", false, shown(run) + " is tried once more." + nobody(workspace, run));
      return;
    }
    if (!isResumed && run.isHeld()) {
      throw new UsageException(
          shown(run)
              + " is not paused; a route of yours holds it ("
              + Visible.line(run.reason().orElse("without a reason"))
              + "), and only a route releases it.");
    }
    tell(
        run,
        "paused",
        false,
        shown(run) + (isResumed ? " is resumed." + nobody(workspace, run) : " is not paused."));
  }

  private void cancel(Workspace workspace, String text) throws IOException {
    Run run = ChosenRun.of(text, workspace.ledger().queries());
    requireUnfinished(run, "cancel");
    Ledger ledger = workspace.ledger();
    RunControl control = ledger.control();
    Optional<String> follower = run.isPaid() ? control.follower(run.id()) : Optional.empty();
    if (follower.isPresent() && !run.isCancelled()) {
      throw new UsageException(
          shown(run)
              + " is not cancelled: its jobs answer "
              + Visible.line(follower.get())
              + " as well, which has the same content. Cancel that run first.");
    }
    boolean isNew = control.cancel(run.id());
    Optional<Job> shared = isNew ? wantedByOthers(ledger, run) : Optional.empty();
    boolean hasLeft = !isNew && ledger.packs().leave(run.id()) > 0;
    String sentence =
        hasLeft
            ? " waits no more for the answers of the job that it shares."
            : isNew
                ? " is cancelled. What is answered is delivered, the rest is in its errors file."
                : " is being cancelled already.";
    tell(
        run,
        "cancelled",
        true,
        shown(run)
            + sentence
            + shared.map(job -> untilItEnds(ledger, run, job)).orElse("")
            + nobody(workspace, run));
  }

  /** A job of the run that is with the service and that others still want. */
  private static Optional<Job> wantedByOthers(Ledger ledger, Run run) {
    return ledger.jobs().of(run.id()).stream()
        .filter(job -> job.state() == JobState.OPEN)
        .filter(job -> job.remote().pack().filter(ledger.packs()::isWanted).isPresent())
        .findFirst();
  }

  private static String untilItEnds(Ledger ledger, Run run, Job job) {
    return " Its requests are with the service in "
        + job.shownName()
        + ledger.packs().sharing(job).map(sharing -> ", " + sharing.inWords()).orElse("")
        + ": what that job answers is paid for, and is delivered when it has ended. To end the run now,"
        + " without these answers: --cancel-run "
        + run.id()
        + " again.";
  }

  private void setPriority(Workspace workspace, String text, int priority) throws IOException {
    Run run = ChosenRun.of(text, workspace.ledger().queries());
    requireUnfinished(run, "send");
    workspace.ledger().control().setPriority(run.id(), priority);
    ObjectNode json = json(run).put("priority", priority);
    tell(json, shown(run) + " has priority " + priority + " now.");
  }

  private static int priority(String run, String text) {
    if (text.matches("[1-9]")) {
      return Integer.parseInt(text);
    }
    throw new UsageException(
        "--priority of "
            + Visible.line(run)
            + " is \""
            + Visible.line(text)
            + "\"; write the run first and then a number from 1 to "
            + RunOptions.HIGHEST_PRIORITY
            + ": --priority RUN N.");
  }

  private static void requireUnfinished(Run run, String what) {
    if (run.state().isFinished()) {
      throw new UsageException(
          shown(run)
              + (run.isDelivered() ? " is delivered" : " has failed")
              + " already; there is nothing to "
              + what
              + ".");
    }
  }

  /** A person who stopped the daemon should not wait for what nobody will do. */
  private static String nobody(Workspace workspace, Run run) throws IOException {
    boolean isAnybody =
        DaemonLock.isTaken(workspace.state()) || !workspace.leases().isFree(run.id());
    return isAnybody ? "" : " That takes effect when the daemon runs; it does not run now.";
  }

  private static String shown(Run run) {
    return Visible.line(run.name()) + " (run " + run.id() + ")";
  }

  private void tell(Run run, String field, boolean value, String sentence) {
    tell(json(run).put(field, value), sentence);
  }

  private void tell(ObjectNode json, String sentence) {
    if (session.options().json) {
      session.terminal().printJson(json);
    } else {
      session.terminal().print(sentence);
    }
  }

  private static ObjectNode json(Run run) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("run", run.id())
        .put("input", run.source().toString());
  }
}
