package dev.geminibatch.settings;

import dev.geminibatch.io.Quantity;
import dev.geminibatch.io.TextFile;
import dev.geminibatch.io.UsageException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Values with their types. Every method throws {@link UsageException} with what to write instead
 * when a value cannot be used.
 */
final class TypedProperties {
  /** Before the name of a file that holds a value. */
  static final String FILE = "file:";

  private static final Pattern TOKENS = Pattern.compile("(\\d{1,12})([kKmM]?)");

  private final PropertySources sources;
  private final Path home;

  /**
   * Values of some sources.
   *
   * @param home what relative paths are relative to
   */
  TypedProperties(PropertySources sources, Path home) {
    this.sources = sources;
    this.home = home;
  }

  String text(String key, String byDefault) {
    return sources.get(key).orElse(byDefault);
  }

  /** A text that may stand in a file, {@code file:PATH}. */
  Optional<String> longText(String key) {
    return sources.get(key).map(this::orFile);
  }

  private String orFile(String value) {
    return value.startsWith(FILE)
        ? content(value, value.substring(FILE.length()).strip()).strip()
        : value;
  }

  /** What is in a file that a key names. */
  String content(String key, String file) {
    Path path = home.resolve(file);
    try {
      return TextFile.read(path);
    } catch (IOException e) {
      throw new UsageException(key + " names " + path + ", which cannot be read.");
    }
  }

  /** Words separated by commas. */
  List<String> words(String key, String byDefault) {
    return Arrays.stream(text(key, byDefault).split(","))
        .map(String::strip)
        .filter(word -> !word.isEmpty())
        .toList();
  }

  /** A time that may be zero. */
  Duration timeOrZero(String key, String byDefault) {
    return Quantity.duration(key, text(key, byDefault));
  }

  Duration time(String key, String byDefault) {
    Duration time = timeOrZero(key, byDefault);
    if (time.toMillis() < 1) {
      throw new UsageException(key + " is 0; write at least 1ms.");
    }
    return time;
  }

  /** A time, or {@code off}. */
  Optional<Duration> timeOrOff(String key, String byDefault) {
    return text(key, byDefault).equals("off")
        ? Optional.empty()
        : Optional.of(time(key, byDefault));
  }

  /** A size of at least one byte. */
  long bytes(String key, String byDefault, long most) {
    String text = text(key, byDefault);
    long bytes = Quantity.bytes(key, text);
    if (bytes < 1 || bytes > most) {
      throw new UsageException(
          key + " is \"" + text + "\"; write at least 1 and at most " + most + " bytes.");
    }
    return bytes;
  }

  /** A size that may be zero. */
  long bytesOrZero(String key, String byDefault) {
    return Quantity.bytes(key, text(key, byDefault));
  }

  int number(String key, int byDefault, int least, int most) {
    String text = text(key, Integer.toString(byDefault)).strip();
    try {
      int value = Integer.parseInt(text);
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // refused below
    }
    throw new UsageException(
        key + " is \"" + text + "\"; write a whole number from " + least + " to " + most + ".");
  }

  /** A number of tokens, such as 250000, 250k or 3M; empty if it is {@code auto}. */
  OptionalLong tokensOrAuto(String key) {
    String text = text(key, "auto").strip();
    Matcher number = TOKENS.matcher(text);
    if (text.equals("auto")) {
      return OptionalLong.empty();
    }
    if (number.matches() && Long.parseLong(number.group(1)) > 0) {
      String unit = number.group(2).toLowerCase(Locale.ROOT);
      long factor = unit.isEmpty() ? 1 : unit.equals("k") ? 1_000 : 1_000_000;
      return OptionalLong.of(Long.parseLong(number.group(1)) * factor);
    }
    throw new UsageException(
        key + " is \"" + text + "\"; write auto, or a number of tokens such as 250000 or 3M.");
  }

  /** One of some words, of which the first is the default. */
  String choice(String key, String... words) {
    String text = text(key, words[0]).strip();
    if (List.of(words).contains(text)) {
      return text;
    }
    throw new UsageException(
        key + " is \"" + text + "\"; write " + String.join(" or ", words) + ".");
  }

  boolean flag(String key, boolean byDefault) {
    String other = Boolean.toString(!byDefault);
    return Boolean.parseBoolean(choice(key, Boolean.toString(byDefault), other));
  }

  Path path(String key, String byDefault) {
    return absolute(text(key, byDefault));
  }

  Path absolute(String path) {
    return home.resolve(path).toAbsolutePath().normalize();
  }
}
