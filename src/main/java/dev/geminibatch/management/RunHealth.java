package dev.geminibatch.management;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** Whether any run is stuck for longer than its deadline. */
final class RunHealth implements Supplier<Health> {
  /** The service ends a job after 48 hours. An hour later it has forgotten to, or we have. */
  static final Duration LONGEST_JOB = Duration.ofHours(49);

  private final Supplier<List<String>> stuck;
  private final Function<Instant, Optional<String>> openBefore;
  private final Clock clock;

  /**
   * @param stuck the runs that were given up, as {@code run.stuck-after} says, and whose worker has
   *     not ended yet
   * @param openBefore a job that was created before a time and is still open
   */
  RunHealth(
      Supplier<List<String>> stuck, Function<Instant, Optional<String>> openBefore, Clock clock) {
    this.stuck = stuck;
    this.openBefore = openBefore;
    this.clock = clock;
  }

  @Override
  public Health get() {
    List<String> given = stuck.get();
    if (!given.isEmpty()) {
      return Health.unwell(
          given.get(0)
              + " is stuck"
              + (given.size() > 1 ? ", and " + (given.size() - 1) + " more" : "")
              + "; the log says where");
    }
    return openBefore
        .apply(clock.instant().minus(LONGEST_JOB))
        .map(
            job ->
                Health.unwell(
                    job
                        + " has been open for more than "
                        + LONGEST_JOB.toHours()
                        + " h, and the service ends jobs after 48 h; --cancel "
                        + job
                        + " sends its lines again"))
        .orElseGet(() -> Health.well("No run is stuck"));
  }
}
