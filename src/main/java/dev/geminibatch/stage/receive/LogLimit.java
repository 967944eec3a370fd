package dev.geminibatch.stage.receive;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * Lets so many things be named in the log within a minute, and counts the others: whoever drops ten
 * thousand things that are not taken must not fill the log with them.
 */
final class LogLimit {
  private static final Duration PERIOD = Duration.ofMinutes(1);

  private final Clock clock;
  private final int most;
  private Instant began = Instant.MIN;
  private Instant summed = Instant.MIN;
  private int named;
  private int others;

  LogLimit(Clock clock, int most) {
    this.clock = clock;
    this.most = most;
  }

  /** Whether one more may be named; otherwise it is counted. */
  boolean mayName() {
    Instant now = clock.instant();
    if (hasPassedSince(began, now)) {
      began = now;
      named = 0;
    }
    if (named < most) {
      named++;
      return true;
    }
    others++;
    return false;
  }

  /** How many have not been named, if it is time to say so; else 0. */
  int others() {
    Instant now = clock.instant();
    if (others == 0 || !hasPassedSince(summed, now)) {
      return 0;
    }
    summed = now;
    int count = others;
    others = 0;
    return count;
  }

  private static boolean hasPassedSince(Instant before, Instant now) {
    // Also a clock that was set back lets a new period begin.
    return before.equals(Instant.MIN)
        || now.isBefore(before)
        || Duration.between(before, now).compareTo(PERIOD) >= 0;
  }
}
