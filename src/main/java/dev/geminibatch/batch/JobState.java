package dev.geminibatch.batch;

/** How far a batch job has come on our side. */
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
  COLLECTED
}
