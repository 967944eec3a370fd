package dev.geminibatch.settings;

import dev.geminibatch.io.UsageException;
import dev.geminibatch.logging.LogLevel;
import dev.geminibatch.logging.LogSettings;
import dev.geminibatch.logging.LogSettings.Format;
import dev.geminibatch.logging.LogSettings.Place;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Reads how the program logs. */
final class LogReader {
  private static final String LEVEL = "log.level";
  private static final String FILE = "log.file";
  private static final long LARGEST_FILE = 1L << 40;
  private static final int MOST_FILES = 100;

  private final PropertySources sources;
  private final TypedProperties typed;

  LogReader(PropertySources sources, TypedProperties typed) {
    this.sources = sources;
    this.typed = typed;
  }

  LogSettings read() {
    return new LogSettings(
        Format.valueOf(typed.choice("log.format", "text", "json").toUpperCase(Locale.ROOT)),
        typed.read(
            LEVEL, LogLevel.INFO, () -> level(LEVEL, typed.text(LEVEL, LogLevel.INFO.name()))),
        levels(),
        file());
  }

  private Map<String, LogLevel> levels() {
    Map<String, LogLevel> levels = new TreeMap<>();
    for (String key : sources.keysBelow(LEVEL + ".")) {
      Optional<LogLevel> level = typed.read(key, Optional.empty(), () -> ofLogger(key));
      level.ifPresent(found -> levels.put(name(key), found));
    }
    return levels;
  }

  private static String name(String key) {
    return key.substring(LEVEL.length() + 1);
  }

  private Optional<LogLevel> ofLogger(String key) {
    if (name(key).isBlank()) {
      throw new UsageException(
          key + " names no logger; write " + key + "NAME, such as " + LEVEL + ".submit.");
    }
    return sources.get(key).map(word -> level(key, word));
  }

  private static LogLevel level(String key, String word) {
    return LogLevel.of(word.strip())
        .orElseThrow(
            () ->
                new UsageException(
                    key
                        + " is \""
                        + word
                        + "\"; write "
                        + Arrays.stream(LogLevel.values())
                            .map(LogLevel::name)
                            .collect(Collectors.joining(" or "))
                        + "."));
  }

  private Optional<Place> file() {
    long maxBytes = typed.bytes("log.file-size", "10MB", LARGEST_FILE);
    int count = typed.number("log.file-count", 5, 1, MOST_FILES);
    return typed.read(
        FILE,
        Optional.empty(),
        () ->
            sources.get(FILE).map(name -> new Place(typed.absolute(FILE, name), maxBytes, count)));
  }
}
