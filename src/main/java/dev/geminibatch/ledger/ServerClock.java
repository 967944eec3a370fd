package dev.geminibatch.ledger;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;

/**
 * The clock of a database server, as far as this machine knows it: the clocks of members may be
 * hours apart, and their times stand side by side in the ledger. It is this machine's until the
 * server has been asked.
 */
public final class ServerClock extends Clock {
  private final Clock machine;
  private volatile long ahead;

  /** A clock that is set when the ledger is opened, and at each heartbeat. */
  public ServerClock(Clock machine) {
    this.machine = machine;
  }

  /**
   * The server has answered with its time.
   *
   * @param before the machine's time when it was asked, in milliseconds since 1970
   */
  void set(long server, long before) {
    ahead = server - (before + machine.millis()) / 2;
  }

  /**
   * The same, unless the answer took so long that nobody knows when the server had that time: this
   * process was stopped while it waited, say.
   */
  void correct(long server, long before, Duration longest) {
    long took = machine.millis() - before;
    if (took >= 0 && took <= longest.toMillis()) {
      set(server, before);
    }
  }

  /** The machine's time, which says nothing to others. */
  long machineMillis() {
    return machine.millis();
  }

  @Override
  public long millis() {
    return machine.millis() + ahead;
  }

  @Override
  public Instant instant() {
    return machine.instant().plusMillis(ahead);
  }

  @Override
  public ZoneId getZone() {
    return machine.getZone();
  }

  @Override
  public Clock withZone(ZoneId zone) {
    throw new UnsupportedOperationException();
  }
}
