package dev.geminibatch.management;

import java.time.Duration;
import java.util.List;

/**
 * One check of an installation, which needs no other.
 *
 * @param name of what it checks
 * @param late what to do if it does not end in time
 * @param most how long it may take
 * @param body makes it
 */
public record Check(String name, String late, Duration most, Body body) {
  /** A service or a disk that hangs keeps nobody waiting for longer. */
  private static final Duration USUAL = Duration.ofSeconds(9);

  public Check(String name, String late, Body body) {
    this(name, late, USUAL, body);
  }

  /** Whether it takes more of the machine than of time. */
  boolean isHeavy() {
    return most.compareTo(USUAL) > 0;
  }

  /** Makes a check; what it throws is a finding, too. */
  @FunctionalInterface
  public interface Body {
    List<Finding> findings() throws Exception;
  }
}
