package dev.geminibatch.sandbox;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;

/** Goes like another clock, and can be put forward. */
public final class MovableClock extends Clock {
  private final Clock clock;
  private volatile Duration ahead;

  public MovableClock(Clock clock) {
    this(clock, Duration.ZERO);
  }

  private MovableClock(Clock clock, Duration ahead) {
    this.clock = clock;
    this.ahead = ahead;
  }

  /** It is this much later all at once. */
  public synchronized void forward(Duration time) {
    ahead = ahead.plus(time);
  }

  @Override
  public Instant instant() {
    return clock.instant().plus(ahead);
  }

  @Override
  public ZoneId getZone() {
    return clock.getZone();
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return new MovableClock(clock.withZone(zone), ahead);
  }
}
