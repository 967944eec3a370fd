package dev.geminibatch.run;

import java.time.Instant;
import java.util.Optional;

/**
 * When things happened to a job.
 *
 * @param creating when the call to create it was begun
 * @param givenUp when the service was asked to cancel it because it hangs
 * @param submitted when it was created
 * @param started when it was first seen running
 * @param ended when it was seen to have ended
 */
public record JobTimes(
    Optional<Instant> creating,
    Optional<Instant> givenUp,
    Optional<Instant> submitted,
    Optional<Instant> started,
    Optional<Instant> ended) {
  static final JobTimes NONE =
      new JobTimes(
          Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
}
