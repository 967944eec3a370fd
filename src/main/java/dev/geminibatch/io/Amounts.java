package dev.geminibatch.io;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;

/** Counts, sizes and times in words, the same everywhere a person reads them. */
public final class Amounts {
  private static final int GROUP = 3;

  private Amounts() {}

  /** A number with separators between thousands: {@code 12,345}. */
  public static String count(long number) {
    String digits = Long.toString(number);
    int sign = number < 0 ? 1 : 0;
    if (digits.length() - sign <= GROUP) {
      return digits;
    }
    StringBuilder grouped = new StringBuilder(digits);
    for (int at = digits.length() - GROUP; at > sign; at -= GROUP) {
      grouped.insert(at, ',');
    }
    return grouped.toString();
  }

  /** A number of things: {@code 1 request}, {@code 12,345 requests}. */
  public static String count(long number, String thing) {
    return count(number) + " " + thing + (number == 1 ? "" : "s");
  }

  /** A number of tokens: {@code 60,000}, {@code 2.4 million}. */
  public static String tokens(long number) {
    return number < 1_000_000
        ? count(number)
        : number < 1_000_000_000
            ? String.format(Locale.ROOT, "%.1f million", number / 1e6)
            : String.format(Locale.ROOT, "%.1f billion", number / 1e9);
  }

  /** A size in bytes, in decimal units: {@code 512 bytes}, {@code 1.5 MB}. */
  public static String size(long bytes) {
    if (bytes < 1_000) {
      return count(bytes, "byte");
    }
    if (bytes < 1_000_000) {
      return String.format(Locale.ROOT, "%.1f KB", bytes / 1e3);
    }
    return bytes < 1_000_000_000
        ? String.format(Locale.ROOT, "%.1f MB", bytes / 1e6)
        : String.format(Locale.ROOT, "%.2f GB", bytes / 1e9);
  }

  /**
   * A time in its two largest units: {@code 0.4 s}, {@code 12 s}, {@code 3 min 5 s}, {@code 2 h}.
   */
  public static String time(Duration time) {
    long tenths = Math.round(time.toMillis() / 100.0);
    if (tenths < 100) {
      return BigDecimal.valueOf(tenths, 1).toPlainString() + " s";
    }
    Duration rounded = Duration.ofSeconds(Math.round(time.toMillis() / 1000.0));
    if (rounded.toMinutes() == 0) {
      return rounded.toSeconds() + " s";
    }
    return rounded.toHours() > 0
        ? two(rounded.toHours(), "h", rounded.toMinutesPart(), "min")
        : two(rounded.toMinutes(), "min", rounded.toSecondsPart(), "s");
  }

  /** A time as one would say it: {@code 40 seconds}, {@code 12 minutes}, {@code 3 hours}. */
  public static String roughly(Duration time) {
    long seconds = Math.max(1, time.toSeconds());
    if (seconds < 90) {
      return count(seconds, "second");
    }
    long minutes = (seconds + 30) / 60;
    if (minutes < 90) {
      return count(minutes, "minute");
    }
    long hours = (minutes + 30) / 60;
    return hours < 48 ? count(hours, "hour") : count((hours + 12) / 24, "day");
  }

  private static String two(long large, String largeUnit, int small, String smallUnit) {
    return large + " " + largeUnit + (small == 0 ? "" : " " + small + " " + smallUnit);
  }

  /** A text of at most so many characters, truncated at its end, but not within a character. */
  public static String shortened(String text, int most) {
    if (text.length() <= most) {
      return text;
    }
    return start(text, most) + "...";
  }

  /** The first characters of a text, at most so many, and no half of one. */
  public static String start(String text, int most) {
    int end = Math.max(0, Math.min(text.length(), most));
    boolean isWithinPair =
        end > 0
            && end < text.length()
            && Character.isSurrogatePair(text.charAt(end - 1), text.charAt(end));
    return text.substring(0, isWithinPair ? end - 1 : end);
  }

  /** A text of at most so many characters, shortened in its middle: {@code batches/4f…9c}. */
  public static String middle(String text, int most) {
    if (text.length() <= most) {
      return text;
    }
    int end = text.length() - (most - 1) / 2;
    boolean isWithinPair =
        Character.isSurrogatePair(
            text.charAt(end - 1), text.charAt(Math.min(end, text.length() - 1)));
    return start(text, most - 1 - (most - 1) / 2)
        + "…"
        + text.substring(isWithinPair ? end + 1 : end);
  }

  /** A sentence without its full stop, to be part of another one. */
  public static String clause(String sentence) {
    return sentence.replaceFirst("[.\\s]+$", "");
  }

  /** The first line of a text. */
  public static String firstLine(String text) {
    return String.valueOf(text).lines().findFirst().orElse("");
  }
}
