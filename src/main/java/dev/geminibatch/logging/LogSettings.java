package dev.geminibatch.logging;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * How the program logs.
 *
 * @param level the least that this program logs
 * @param levels the least that single loggers log, with those below them: by the name of a logger
 *     or package, or {@value #LIBRARIES}
 * @param file also gets every record
 */
public record LogSettings(
    Format format, LogLevel level, Map<String, LogLevel> levels, Optional<Place> file) {
  /** Stands for every logger that is not ours. */
  public static final String LIBRARIES = "root";

  public LogSettings {
    levels = Map.copyOf(levels);
  }

  /** How a record is written. */
  public enum Format {
    /** A line for a person. */
    TEXT,

    /** An object of the Elastic Common Schema on a line. */
    JSON
  }

  /**
   * A file that is rotated.
   *
   * @param maxBytes that it may have before it gets a number and another one begins
   * @param count how many there are at the most, the current one included
   */
  public record Place(Path path, long maxBytes, int count) {}

  /** As long as nothing else is known. */
  public static LogSettings standard() {
    return new LogSettings(Format.TEXT, LogLevel.INFO, Map.of(), Optional.empty());
  }

  /** The least that libraries log: unless it is set, they speak up only when they warn. */
  LogLevel ofLibraries() {
    LogLevel byDefault = level == LogLevel.ERROR ? LogLevel.ERROR : LogLevel.WARN;
    return levels.getOrDefault(LIBRARIES, byDefault);
  }
}
