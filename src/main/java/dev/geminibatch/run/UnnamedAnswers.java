package dev.geminibatch.run;

import java.time.Duration;
import java.time.Instant;

/**
 * How often a job was polled that {@linkplain dev.geminibatch.service.RemoteJob#isUnexplained is
 * over and says nothing of its answers}. The service's descriptions do not change all at once, so
 * it is polled a few times.
 *
 * @param since when it was first seen like that
 */
public record UnnamedAnswers(Instant since, int polls) {
  private static final int ENOUGH_POLLS = 5;
  private static final Duration LONG_ENOUGH = Duration.ofMinutes(1);

  /** Nothing was seen yet. */
  public static UnnamedAnswers from(Instant now) {
    return new UnnamedAnswers(now, 0);
  }

  /** After one more poll. */
  public UnnamedAnswers another() {
    return new UnnamedAnswers(since, polls + 1);
  }

  /** Whether a job that is done will say nothing more. */
  public boolean isFinal(Instant now) {
    return polls >= ENOUGH_POLLS && !since.plus(LONG_ENOUGH).isAfter(now);
  }
}
