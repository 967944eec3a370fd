package dev.geminibatch.run;

import java.time.Duration;

/** Waits that double from one try to the next, up to a longest one. */
public record Backoff(Duration first, Duration longest) {

  /**
   * The next wait.
   *
   * @param tries that have failed before the present one
   */
  public Duration after(int tries) {
    Duration doubled = first.multipliedBy(1L << Math.min(tries, 10));
    return doubled.compareTo(longest) < 0 ? doubled : longest;
  }
}
