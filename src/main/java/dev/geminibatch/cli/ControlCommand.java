package dev.geminibatch.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.geminibatch.control.ChosenRun;
import dev.geminibatch.control.RunSteering;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.io.Visible;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunOptions;
import dev.geminibatch.wiring.Workspace;
import java.io.IOException;

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
      RunSteering steering = new RunSteering(workspace.ledger());
      switch (action) {
        case PAUSE -> {
          Run run = chosen(workspace, options.pause);
          tell(workspace, run, "paused", true, steering.pause(run));
        }
        case RESUME -> {
          Run run = chosen(workspace, options.resume);
          tell(workspace, run, "paused", false, steering.resume(run));
        }
        case CANCEL_RUN -> {
          Run run = chosen(workspace, options.cancelRun);
          tell(workspace, run, "cancelled", true, steering.cancel(run));
        }
        case PRIORITY -> {
          int priority = priority(options.priority.get(0), options.priority.get(1));
          Run run = chosen(workspace, options.priority.get(0));
          tell(workspace, run, "priority", priority, steering.setPriority(run, priority));
        }
        default -> throw new IllegalArgumentException(action.name());
      }
    }
    return ExitCode.OK;
  }

  private static Run chosen(Workspace workspace, String text) throws IOException {
    return ChosenRun.of(text, workspace.ledger().queries());
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

  private void tell(Workspace workspace, Run run, String field, Object value, RunSteering.Done done)
      throws IOException {
    session.print(
        JsonNodeFactory.instance
            .objectNode()
            .put("run", run.id())
            .put("input", run.source().toString())
            .putPOJO(field, value),
        done.sentence()
            + (done.next().isEmpty() ? "" : " " + done.next())
            + (done.isForTheDaemon() ? nobody(workspace, run) : ""));
  }

  /** A person who stopped the daemon should not wait for what nobody will do. */
  private static String nobody(Workspace workspace, Run run) throws IOException {
    boolean isAnybody = workspace.isDaemonUp() || !workspace.leases().isFree(run.id());
    return isAnybody ? "" : " That takes effect when the daemon runs; it does not run now.";
  }
}
