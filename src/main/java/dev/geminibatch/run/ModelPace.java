package dev.geminibatch.run;

import dev.geminibatch.io.Amounts;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * How long the jobs of a model have taken of late.
 *
 * @param model whose jobs they are
 * @param ended the times from creation to end, ascending
 */
public record ModelPace(String model, List<Duration> ended) {
  /** So many jobs are enough to say that another one takes too long. */
  private static final int ENOUGH = 3;

  /** A job that takes so many times as long as any other has probably stopped. */
  private static final int FAR_LONGER = 3;

  private static final Duration SHORTEST_DOUBT = Duration.ofMinutes(10);

  /**
   * An open job.
   *
   * @param tokens that become free when it ends
   */
  public record Open(Instant submitted, long tokens) {}

  /** How long a job is likely to take; empty if nothing is known. */
  public Optional<Duration> typical() {
    return ended.isEmpty() ? Optional.empty() : Optional.of(ended.get(ended.size() / 2));
  }

  /** How long a job that was created then is likely to take from now on. */
  public Optional<Duration> left(Instant submitted, Instant now) {
    return typical()
        .filter(typical -> !submitted.isAfter(now)) // clocks differ
        .map(typical -> Duration.between(now, submitted.plus(typical)))
        .filter(left -> !left.isNegative() && !left.isZero());
  }

  /**
   * How long it is likely to take until so many tokens are free.
   *
   * @param missing tokens, beside those that are free now
   */
  public Optional<Duration> untilFree(List<Open> open, long missing, Instant now) {
    Optional<Duration> typical = typical();
    long free = 0;
    for (Open job : open.stream().sorted(Comparator.comparing(Open::submitted)).toList()) {
      free += job.tokens();
      if (free >= missing && typical.isPresent()) {
        return left(job.submitted(), now);
      }
    }
    return Optional.empty();
  }

  /** What is odd about a job that is still open; empty if nothing. */
  public Optional<String> doubt(Instant submitted, Instant now) {
    Duration age = Duration.between(submitted, now);
    if (ended.size() < ENOUGH || age.compareTo(SHORTEST_DOUBT) < 0) {
      return Optional.empty();
    }
    Duration longest = ended.get(ended.size() - 1);
    return age.compareTo(longest.multipliedBy(FAR_LONGER)) < 0
        ? Optional.empty()
        : Optional.of(
            "no progress for "
                + Amounts.time(age)
                + "; "
                + Amounts.count(ended.size(), "other job")
                + " of "
                + model
                + " ended within "
                + Amounts.time(longest));
  }
}
