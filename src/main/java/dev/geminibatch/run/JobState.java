package dev.geminibatch.run;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * How far a batch job has come on our side, and where it can go. The ledger refuses any other move.
 */
public enum JobState {
  /** Its file is on disk. */
  ASSEMBLED,
  /** Its file is with the service. */
  UPLOADED,
  /** It is being created, or was when the power went out: look for it before creating it. */
  CREATING,
  /** The service works on it. */
  OPEN,
  /** The service is done with it, in whatever way; the answers are to be fetched. */
  ENDED,
  /** The answers that there are have been fetched and matched. */
  COLLECTED;

  /** The states that may come next. */
  public Set<JobState> next() {
    return switch (this) {
      case ASSEMBLED -> EnumSet.of(UPLOADED, ENDED);
      // Back to ASSEMBLED when the file has died or belongs to another key.
      case UPLOADED -> EnumSet.of(CREATING, ASSEMBLED, ENDED);
      // Back to UPLOADED when the service has certainly not created it.
      case CREATING -> EnumSet.of(OPEN, UPLOADED);
      // Back to UPLOADED when it ended at once because the quota was used up.
      case OPEN -> EnumSet.of(ENDED, UPLOADED);
      case ENDED -> EnumSet.of(COLLECTED);
      case COLLECTED -> EnumSet.noneOf(JobState.class);
    };
  }

  /** The states from which this one can be reached, itself among them. */
  public List<JobState> before() {
    return Arrays.stream(values())
        .filter(state -> state == this || state.next().contains(this))
        .toList();
  }
}
