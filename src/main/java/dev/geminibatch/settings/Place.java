package dev.geminibatch.settings;

import java.nio.file.Path;
import java.util.Map;

/**
 * Where a value was set.
 *
 * @param key in full, as it stands there: {@code profile.books.gemini.model}
 * @param where a file and its line, a variable of the environment, or an option
 */
record Place(String key, String where) {
  /** Options that are settings. */
  private static final Map<String, String> OPTIONS =
      Map.of(
          "gemini.api-key", "--api-key",
          "gemini.model", "--model",
          "media.root", "--media-root",
          "poll.interval", "--poll-interval",
          "job.timeout", "--timeout");

  /** The option that sets a key. */
  static Place onCommandLine(String key) {
    return new Place(key, OPTIONS.getOrDefault(key, "the command line"));
  }

  /** A line of a file. */
  static String line(String file, int line) {
    return file + ", line " + line;
  }

  /** A file as a person would name it here. */
  static String shown(Path file) {
    Path here = Path.of("").toAbsolutePath();
    Path absolute = file.toAbsolutePath().normalize();
    return absolute.startsWith(here) ? here.relativize(absolute).toString() : absolute.toString();
  }
}
