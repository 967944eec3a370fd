package dev.geminibatch.window;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * A time on a page.
 *
 * @param iso for programs
 * @param shown for a person: {@code 2026-07-04 09:12:04 UTC}
 */
record Moment(String iso, String shown) {
  static Moment of(Instant time) {
    String iso = time.truncatedTo(ChronoUnit.SECONDS).toString();
    return new Moment(iso, iso.replace('T', ' ').replace("Z", " UTC"));
  }
}
