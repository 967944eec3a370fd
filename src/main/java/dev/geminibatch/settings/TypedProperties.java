package dev.geminibatch.settings;

import dev.geminibatch.io.NameEncoding;
import dev.geminibatch.io.Quantity;
import dev.geminibatch.io.TextFile;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.io.Visible;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Values with their types. A value that cannot be used is noted with what to write instead, and the
 * default is returned. {@link #longText}, {@link #content} and {@link #absolute} throw that as a
 * {@link UsageException}: they are called in a {@link #read}.
 */
final class TypedProperties {
  /** Before the name of a file that holds a value. */
  static final String FILE = "file:";

  private static final Pattern TOKENS = Pattern.compile("(\\d{1,12})([kKmM]?)");

  private final PropertySources sources;
  private final Places places;
  private final Mistakes mistakes;

  /**
   * Values of some sources.
   *
   * @param places what relative paths are relative to
   * @param mistakes gets the values that cannot be used
   */
  TypedProperties(PropertySources sources, Places places, Mistakes mistakes) {
    this.sources = sources;
    this.places = places;
    this.mistakes = mistakes;
  }

  /**
   * Reads a value. If it cannot be used, this is noted with where it was set, and the reading of
   * the others continues.
   *
   * @param instead of a value that cannot be used
   */
  <T> T read(String key, T instead, Supplier<T> value) {
    try {
      return value.get();
    } catch (UsageException e) {
      mistakes.add(key, sources.place(key), e);
      return instead;
    }
  }

  /** The same with what was found for a key that may be set elsewhere, too. */
  <T> T read(String key, Found found, T instead, Function<String, T> value) {
    try {
      return value.apply(found.value());
    } catch (UsageException e) {
      mistakes.add(key, Optional.of(found.place()), e);
      return instead;
    }
  }

  /** As {@link #read}, of a mistake that says itself where it is. */
  <T> T readOther(T instead, Supplier<T> value) {
    try {
      return value.get();
    } catch (UsageException e) {
      mistakes.add(e);
      return instead;
    }
  }

  String text(String key, String byDefault) {
    return sources.get(key).orElse(byDefault);
  }

  /** A text that may stand in a file, {@code file:PATH}. */
  Optional<String> longText(String key) {
    return sources.get(key).map(value -> orFile(key, value));
  }

  private String orFile(String key, String value) {
    return value.startsWith(FILE)
        ? content(key, value.substring(FILE.length()).strip()).strip()
        : value;
  }

  /** What is in a file that a key names. */
  String content(String key, String file) {
    Path path = absolute(key, file);
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
    return read(
        key, Quantity.duration(key, byDefault), () -> Quantity.duration(key, text(key, byDefault)));
  }

  Duration time(String key, String byDefault) {
    return read(
        key,
        Quantity.duration(key, byDefault),
        () -> {
          Duration time = Quantity.duration(key, text(key, byDefault));
          if (time.toMillis() < 1) {
            throw new UsageException(key + " is 0; write at least 1ms.");
          }
          return time;
        });
  }

  /** A time, or {@code off}. */
  Optional<Duration> timeOrOff(String key, String byDefault) {
    return text(key, byDefault).equals("off")
        ? Optional.empty()
        : Optional.of(time(key, byDefault.equals("off") ? "1h" : byDefault));
  }

  /** A size of at least one byte. */
  long bytes(String key, String byDefault, long most) {
    return read(key, Quantity.bytes(key, byDefault), () -> bytesNow(key, byDefault, most));
  }

  private long bytesNow(String key, String byDefault, long most) {
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
    return read(
        key, Quantity.bytes(key, byDefault), () -> Quantity.bytes(key, text(key, byDefault)));
  }

  int number(String key, int byDefault, int least, int most) {
    return read(key, byDefault, () -> numberNow(key, byDefault, least, most));
  }

  private int numberNow(String key, int byDefault, int least, int most) {
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
    return read(key, OptionalLong.empty(), () -> tokensNow(key));
  }

  private OptionalLong tokensNow(String key) {
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
    return read(key, words[0], () -> choiceNow(key, words));
  }

  private String choiceNow(String key, String... words) {
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
    return read(key, absolute(key, byDefault), () -> absolute(key, text(key, byDefault)));
  }

  /** The path to something that comes with the program. */
  Path installed(String key, String byDefault) {
    return read(
        key,
        places.installed(byDefault),
        () -> resolved(key, text(key, byDefault), places::installed));
  }

  /**
   * The path that a key names.
   *
   * @throws UsageException when it is not a path
   */
  Path absolute(String key, String path) {
    return resolved(key, path, places::own);
  }

  private static Path resolved(String key, String path, Function<String, Path> resolving) {
    try {
      return resolving.apply(path);
    } catch (InvalidPathException e) {
      throw new UsageException(
          key
              + " is \""
              + Visible.line(path)
              + "\", which is not a file name; "
              + NameEncoding.remedy().orElse("write another one")
              + ".");
    }
  }
}
