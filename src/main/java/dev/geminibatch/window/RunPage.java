package dev.geminibatch.window;

import dev.geminibatch.run.Run;
import java.util.List;

/**
 * All about one run.
 *
 * @param done what has just been done to it; empty if nothing was
 */
record RunPage(Frame frame, Run run, RunRow row, RunDetails details, String done) {
  /** What can be done to it at present. */
  List<RunAction> actions() {
    return RunAction.of(run);
  }
}
