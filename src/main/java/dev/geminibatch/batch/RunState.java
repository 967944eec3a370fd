package dev.geminibatch.batch;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** How far a run has come, and which stage takes it on from there. */
public enum RunState {
  /** Written down; its input is about to be taken from the inbox. */
  RECEIVING(null),
  /** The input is ours. */
  RECEIVED("inspect"),
  /** Every line has been looked at; nothing is spent yet. */
  INSPECTED("upload"),
  /** Every file that a line names is with the service, or known to be impossible. */
  UPLOADED("assemble"),
  /** The jobs' files are on disk. */
  ASSEMBLED("submit"),
  /** Every job is with the service, or refused by it. */
  SUBMITTED("collect"),
  /** Every answer there will be is on disk. */
  COLLECTED("deliver"),
  /** Another run with the same content will answer, or has answered. */
  FOLLOWING("deliver"),
  /** The outbox has it. */
  DELIVERED(null),
  /** Nothing can be delivered; the failed folder says why. */
  FAILED(null);

  private final String stage;

  RunState(String stage) {
    this.stage = stage;
  }

  /** The route that takes a run on from here; empty when there is nothing more to do. */
  public Optional<String> stage() {
    return Optional.ofNullable(stage);
  }

  public boolean isFinished() {
    return this == DELIVERED || this == FAILED;
  }

  static List<RunState> unfinished() {
    return Arrays.stream(values()).filter(state -> !state.isFinished()).toList();
  }
}
