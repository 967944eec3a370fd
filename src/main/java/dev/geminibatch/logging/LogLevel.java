package dev.geminibatch.logging;

import java.util.Arrays;
import java.util.Optional;
import java.util.logging.Level;

/** How much a record matters, the most first. */
public enum LogLevel {
  ERROR(Level.SEVERE),
  WARN(Level.WARNING),
  INFO(Level.INFO),
  DEBUG(Level.FINE),
  TRACE(Level.FINEST);

  private final Level level;

  LogLevel(Level level) {
    this.level = level;
  }

  /** The level that a word names, in any case. */
  public static Optional<LogLevel> of(String word) {
    return Arrays.stream(values()).filter(each -> each.name().equalsIgnoreCase(word)).findFirst();
  }

  /** The same for java.util.logging. */
  Level level() {
    return level;
  }

  /** The level of a record, which may be one that only java.util.logging has. */
  static LogLevel of(Level level) {
    int value = level.intValue();
    for (LogLevel each : values()) {
      if (value >= each.level.intValue()) {
        return each;
      }
    }
    return TRACE;
  }

  /** Whether it matters as much as another one, or more. */
  public boolean isAtLeast(LogLevel least) {
    return compareTo(least) <= 0;
  }
}
