package dev.geminibatch.service;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The service's time, as its answers tell it to the second. When a file expires is said by that
 * clock, and the one of this machine may be wrong.
 */
public final class ServiceClock extends Clock {
  private static final Logger LOG = LoggerFactory.getLogger("service");

  /** Further off no clock is that runs at all; whoever says so must not age our files. */
  private static final Duration MOST = Duration.ofDays(1);

  private final Clock ours;
  private final AtomicBoolean isReported = new AtomicBoolean();
  private volatile Duration ahead = Duration.ZERO;
  private volatile boolean isKnown;
  private volatile Optional<Duration> seen = Optional.empty();

  /**
   * @param ours taken for the service's until it has answered
   */
  public ServiceClock(Clock ours) {
    this.ours = ours;
  }

  /** Takes the time of an answer that has just come, unless it is more than a day off. */
  public void seen(Instant date) {
    Duration difference = Duration.between(ours.instant(), date);
    seen = Optional.of(difference);
    if (difference.abs().compareTo(MOST) > 0) {
      if (!isReported.getAndSet(true)) {
        LOG.warn(
            "The service gives its time as {}, which is more than a day from this machine's; that is"
                + " ignored. Check the clock of this machine",
            date);
      }
      return;
    }
    // Less is the answer's way to us and its missing milliseconds.
    ahead = difference.abs().toSeconds() < 5 ? Duration.ZERO : difference;
    isKnown = true;
  }

  /**
   * How far it is ahead of this machine's, zero below five seconds; empty until the service has
   * answered.
   */
  public Optional<Duration> ahead() {
    return isKnown ? Optional.of(ahead) : Optional.empty();
  }

  /** The same of the last answer, to the second, even if it is too far off to be believed. */
  public Optional<Duration> lastSeen() {
    return seen;
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
