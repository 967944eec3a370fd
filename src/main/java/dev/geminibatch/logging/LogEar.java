package dev.geminibatch.logging;

import java.time.Instant;
import java.util.Optional;

/** Hears what is logged, in the thread that logs it, which must not have to wait. */
public interface LogEar {
  /** Whether it wants the records of a logger; asked for each of them. */
  boolean wants(LogLevel level, String logger);

  /** Hears one of those. */
  void hear(Heard entry);

  /**
   * A record.
   *
   * @param text without any secret, and not too long
   * @param runId of the run that the thread works for
   * @param file the name of that run's input
   */
  record Heard(
      Instant at, LogLevel level, String text, Optional<String> runId, Optional<String> file) {}
}
