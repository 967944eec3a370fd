package dev.geminibatch.window;

import java.time.Clock;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/**
 * A time on a page.
 *
 * @param iso for programs
 * @param shown for a person, by the clock on the wall of this process
 */
record Moment(String iso, String shown) {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT);

  static Moment of(Instant time, Clock clock) {
    return new Moment(
        time.truncatedTo(ChronoUnit.SECONDS).toString(),
        TIME.withZone(clock.getZone()).format(time));
  }
}
