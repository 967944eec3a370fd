package dev.geminibatch.run;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * How far a run has come, and where it can go; the ledger refuses any other move. {@code Itinerary}
 * knows which stage takes it on.
 */
public enum RunState {
  /** Written down; its input is about to be taken from the inbox. */
  RECEIVING,
  /** The input is ours. */
  RECEIVED,
  /** Every line has been checked; nothing is spent yet. */
  INSPECTED,
  /** Every file that a line names is with the service, or known to be impossible. */
  UPLOADED,
  /** The jobs' files are on disk; some jobs may be with the service while others wait for room. */
  ASSEMBLED,
  /** Every job is with the service, or refused by it. */
  SUBMITTED,
  /** Every answer there will be is on disk. */
  COLLECTED,
  /** Another run with the same content will answer, or has answered. */
  FOLLOWING,
  /** The outbox has it. */
  DELIVERED,
  /** Nothing can be delivered; the failed folder says why. */
  FAILED;

  public boolean isFinished() {
    return this == DELIVERED || this == FAILED;
  }

  /** The states that may come next. Any stage may be run again and then comes to the same. */
  public Set<RunState> next() {
    return switch (this) {
      case RECEIVING -> EnumSet.of(RECEIVED);
      case RECEIVED -> EnumSet.of(INSPECTED, FOLLOWING, FAILED);
      // A run that fails when some of it is paid for is delivered as far as it is answered.
      // Back to RECEIVED, from here on, when the input was changed before anything is paid for.
      // To ASSEMBLED at once without files.
      case INSPECTED -> EnumSet.of(UPLOADED, ASSEMBLED, RECEIVED, COLLECTED, FAILED);
      case UPLOADED -> EnumSet.of(ASSEMBLED, INSPECTED, RECEIVED, COLLECTED, FAILED);
      // Back to INSPECTED where files have grown too old to be referred to.
      case ASSEMBLED -> EnumSet.of(SUBMITTED, INSPECTED, RECEIVED, COLLECTED, FAILED);
      // Back to INSPECTED with the lines that are sent again, to ASSEMBLED with a job that ended
      // because the quota was used up.
      case SUBMITTED -> EnumSet.of(COLLECTED, INSPECTED, ASSEMBLED, FAILED);
      case COLLECTED -> EnumSet.of(DELIVERED, FAILED);
      // Back to RECEIVED when the one that was to answer has failed.
      case FOLLOWING -> EnumSet.of(DELIVERED, RECEIVED, FAILED);
      case DELIVERED, FAILED -> EnumSet.noneOf(RunState.class);
    };
  }

  public boolean mayBecome(RunState other) {
    return other == this && !isFinished() || next().contains(other);
  }

  public static List<RunState> unfinished() {
    return Arrays.stream(values()).filter(state -> !state.isFinished()).toList();
  }
}
