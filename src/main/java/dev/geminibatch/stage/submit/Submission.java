package dev.geminibatch.stage.submit;

/** What became of the jobs of a run. */
public enum Submission {
  /** All of them are with the service now. */
  DONE,
  /** Some wait for room, or nobody knows what became of them. */
  WAITS,
  /** They wait for those of other small runs, to share a job with them. */
  GATHERS
}
