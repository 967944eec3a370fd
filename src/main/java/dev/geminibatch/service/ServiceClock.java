package dev.geminibatch.service;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;

/**
 * The service's time, as its answers tell it to the second. When a file expires is said by that
 * clock, and the one of this machine may be wrong.
 */
public final class ServiceClock extends Clock {
  private final Clock ours;
  private volatile Duration ahead = Duration.ZERO;

  /**
   * @param ours taken for the service's until it has answered
   */
  public ServiceClock(Clock ours) {
    this.ours = ours;
  }

  /** Takes the time of an answer that has just come. */
  public void seen(Instant date) {
    Duration difference = Duration.between(ours.instant(), date);
    // Less is the answer's way to us and its missing milliseconds.
    ahead = difference.abs().toSeconds() < 5 ? Duration.ZERO : difference;
  }

  @Override
  public Instant instant() {
    return ours.instant().plus(ahead);
  }

  @Override
  public ZoneId getZone() {
    return ours.getZone();
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return ours.withZone(zone);
  }
}
