package dev.geminibatch.io;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers with a unit, as people write them in a configuration. */
public final class Quantity {
  private static final Pattern FORM = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*([A-Za-z]*)");
  private static final Map<String, Long> MILLIS =
      Map.of(
          "ms", 1L, "s", 1_000L, "m", 60_000L, "min", 60_000L, "h", 3_600_000L, "d", 86_400_000L);
  private static final Map<String, Long> BYTES =
      Map.of(
          "",
          1L,
          "b",
          1L,
          "kb",
          1_000L,
          "mb",
          1_000_000L,
          "gb",
          1_000_000_000L,
          "kib",
          1L << 10,
          "mib",
          1L << 20,
          "gib",
          1L << 30);

  private Quantity() {}

  /** {@code 500ms}, {@code 10s}, {@code 5m}, {@code 24h}, {@code 2d}. */
  public static Duration duration(String key, String text) {
    return Duration.ofMillis(
        parse(key, text, MILLIS, "a time with its unit, for example 10s or 24h"));
  }

  /** {@code 1048576}, {@code 64MiB}, {@code 2GB}. */
  public static long bytes(String key, String text) {
    return parse(key, text, BYTES, "a size, for example 64MiB or 2GB");
  }

  private static long parse(String key, String text, Map<String, Long> units, String expected) {
    Matcher matcher = FORM.matcher(text.strip());
    if (matcher.matches()) {
      Long unit = units.get(matcher.group(2).toLowerCase(Locale.ROOT));
      if (unit != null) {
        return new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(unit)).longValue();
      }
    }
    throw new UsageException(key + " is \"" + text + "\"; write " + expected + ".");
  }
}
