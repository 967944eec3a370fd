package dev.geminibatch.batch;

/** Told how the work on a run goes, for whoever watches. */
public interface Progress {
  /**
   * A step forward.
   *
   * @param step what is being done, for example {@code uploading files}
   * @param total 0 if it is not known
   */
  void step(Run run, String step, long done, long total);

  /** Nobody watches. */
  static Progress none() {
    return (run, step, done, total) -> {};
  }
}
