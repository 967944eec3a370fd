package dev.geminibatch.service.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.Headers;

/** How long the service asks to wait: believed up to an hour, whatever it says. */
final class RetryAdvice {
  static final Duration LONGEST = Duration.ofHours(1);

  /** {@code 3.5s}, as google.protobuf.Duration is written in JSON. */
  private static final Pattern DELAY = Pattern.compile("(\\d+)(?:\\.(\\d{1,3})\\d*)?s");

  private RetryAdvice() {}

  /**
   * What an error answer advises.
   *
   * @param details of the error
   * @param now by the service's clock, for a header that gives a date
   */
  static Optional<Duration> of(Headers headers, JsonNode details, Instant now) {
    Optional<Duration> header = header(headers, now);
    if (header.isPresent()) {
      return header;
    }
    for (JsonNode detail : details) {
      Matcher delay = DELAY.matcher(detail.path("retryDelay").asText(""));
      if (delay.matches()) {
        String millis = delay.group(2) == null ? "0" : (delay.group(2) + "00").substring(0, 3);
        return Optional.of(bounded(seconds(delay.group(1)).plusMillis(Long.parseLong(millis))));
      }
    }
    return Optional.empty();
  }

  private static Optional<Duration> header(Headers headers, Instant now) {
    String header = headers.get("Retry-After");
    if (header == null) {
      return Optional.empty();
    }
    String text = header.strip();
    if (text.matches("\\d+")) {
      return Optional.of(bounded(seconds(text)));
    }
    Date date = headers.getDate("Retry-After");
    return Optional.ofNullable(date)
        .map(until -> bounded(Duration.between(now, until.toInstant())));
  }

  private static Duration seconds(String digits) {
    String significant = digits.replaceFirst("^0+(?=\\d)", "");
    return significant.length() > 6 ? LONGEST : Duration.ofSeconds(Long.parseLong(significant));
  }

  private static Duration bounded(Duration time) {
    if (time.isNegative()) {
      return Duration.ZERO;
    }
    return time.compareTo(LONGEST) > 0 ? LONGEST : time;
  }
}
