package dev.geminibatch.service.gemini;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import okhttp3.Headers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryAdviceTest {
  private static final Instant NOW = Instant.parse("2026-11-27T12:00:00Z");
  private static final JsonNode NOTHING = JsonNodeFactory.instance.arrayNode();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 | PT0S",
        "30 | PT30S",
        " 30 | PT30S",
        "0000000000000000000030 | PT30S",
        "3600 | PT1H",
        "3601 | PT1H",
        "99999999999999999999 | PT1H",
        "Fri, 27 Nov 2026 12:00:30 GMT | PT30S",
        "Fri, 27 Nov 2026 11:00:00 GMT | PT0S",
        "Fri, 31 Dec 9999 23:59:59 GMT | PT1H",
        "Mon, 01 Jan 0001 00:00:00 GMT | PT0S",
      })
  void a_header_is_believed_up_to_an_hour(String header, Duration time) {
    assertThat(RetryAdvice.of(Headers.of("Retry-After", header), NOTHING, NOW)).hasValue(time);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-5", "1e300", "soon", "", "1.5", "30s", "0x10"})
  void another_header_says_nothing(String header) {
    assertThat(RetryAdvice.of(Headers.of("Retry-After", header), NOTHING, NOW)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "3s, PT3S",
    "0.5s, PT0.5S",
    "3.123456789s, PT3.123S",
    "99999999999999999999s, PT1H",
    "3600.5s, PT1H"
  })
  void a_detail_is_believed_up_to_an_hour(String delay, Duration time) throws IOException {
    assertThat(RetryAdvice.of(Headers.of(), details("\"" + delay + "\""), NOW)).hasValue(time);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"-3s\"", "\"1e300s\"", "\"3\"", "3", "{}", "null", "\"s\""})
  void another_detail_says_nothing(String delay) throws IOException {
    assertThat(RetryAdvice.of(Headers.of(), details(delay), NOW)).isEmpty();
  }

  @Test
  void a_million_digits_are_read_in_no_time() throws IOException {
    String digits = "9".repeat(1_000_000);

    assertThat(RetryAdvice.of(Headers.of(), details("\"" + digits + "." + digits + "s\""), NOW))
        .hasValue(RetryAdvice.LONGEST);
  }

  private static JsonNode details(String delay) throws IOException {
    return new ObjectMapper().readTree("[{},{\"retryDelay\":" + delay + "}]");
  }
}
