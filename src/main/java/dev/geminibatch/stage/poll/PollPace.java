package dev.geminibatch.stage.poll;

import java.time.Duration;
import java.time.Instant;

/**
 * When to poll again: at the poll interval at first, and at a twentieth of the time waited later
 * on, once a minute at the least. A service in trouble is asked less and less often, too.
 */
final class PollPace {
  private static final Duration SLOWEST = Duration.ofMinutes(1);
  private static final int SHARE_OF_WAIT = 20;

  /** How often it is reported that the trouble lasts. */
  private static final Duration REPORT = Duration.ofMinutes(10);

  private final Duration interval;
  private Instant last = Instant.MIN;
  private Instant nextReport = Instant.MIN;
  private int failures;

  /**
   * @param interval the poll interval; one that is longer than a minute is never made longer
   */
  PollPace(Duration interval) {
    this.interval = interval;
  }

  /**
   * Whether to poll now.
   *
   * @param age of the youngest job
   */
  boolean isTime(Instant now, Duration age) {
    Duration wanted =
        failures == 0
            ? age.dividedBy(SHARE_OF_WAIT)
            : interval.multipliedBy(1L << Math.min(failures - 1, 10));
    return last.equals(Instant.MIN) || !now.isBefore(last.plus(between(wanted)));
  }

  /**
   * A poll succeeded.
   *
   * @return whether it was the first one after a failure that was reported
   */
  boolean succeeded(Instant now) {
    boolean wasInTrouble = failures > 0;
    failures = 0;
    nextReport = Instant.MIN;
    last = now;
    return wasInTrouble;
  }

  /**
   * A poll failed.
   *
   * @return whether it should be reported
   */
  boolean failed(Instant now) {
    failures++;
    last = now;
    if (now.isBefore(nextReport)) {
      return false;
    }
    nextReport = now.plus(REPORT);
    return true;
  }

  /** A tick that comes a little early, or that a new job has moved, must not be missed for it. */
  private Duration between(Duration wanted) {
    Duration slowest = interval.compareTo(SLOWEST) > 0 ? interval : SLOWEST;
    Duration time = wanted.compareTo(slowest) < 0 ? wanted : slowest;
    return time.compareTo(interval) <= 0 ? interval.dividedBy(2) : time;
  }
}
