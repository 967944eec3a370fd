package dev.geminibatch.window;

import dev.geminibatch.run.Run;

/** Asks whether something is to be done to a run. */
record AskPage(Frame frame, Run run, RunAction action) {
  boolean hasValue() {
    return action == RunAction.PRIORITY;
  }
}
