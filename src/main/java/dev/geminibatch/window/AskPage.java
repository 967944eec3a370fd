package dev.geminibatch.window;

import dev.geminibatch.run.Run;

/**
 * Asks whether something is to be done to a run.
 *
 * @param question what will happen
 * @param once makes sure that pressing the button twice does it once
 */
record AskPage(Frame frame, Run run, RunAction action, String question, String once) {
  boolean hasValue() {
    return action == RunAction.PRIORITY;
  }
}
