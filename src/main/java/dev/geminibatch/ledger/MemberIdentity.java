package dev.geminibatch.ledger;

import java.time.Duration;

/**
 * Who a process is to the others that share its ledger.
 *
 * @param name for a person
 * @param silence after which a member is taken for gone
 */
public record MemberIdentity(String name, String version, Duration silence) {
  /** Beats in the time after which a silent member is gone. */
  public static final int BEATS = 6;

  Duration beat() {
    return silence.dividedBy(BEATS);
  }
}
