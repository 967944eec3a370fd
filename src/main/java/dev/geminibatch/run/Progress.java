package dev.geminibatch.run;

/**
 * Receives how the work on a run goes, for whoever watches. Called from many threads, and often.
 */
@FunctionalInterface
public interface Progress {
  /** What is counted. */
  enum Unit {
    BYTES,
    REQUESTS
  }

  /**
   * A step forward.
   *
   * @param what is being done, for example {@code uploading files}
   * @param total 0 if it is not known
   */
  void step(Run run, String what, long done, long total, Unit unit);

  /** A stage of the run is over, and with it its steps; not the waiting for its jobs. */
  default void stageOver(Run run) {}

  /** Something has happened, not only begun. */
  default void happened(RunEvent event) {}

  /** Nobody watches. */
  static Progress none() {
    return (run, what, done, total, unit) -> {};
  }
}
