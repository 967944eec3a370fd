package dev.geminibatch.window;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.sandbox.MovableClock;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class FormTokensTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

  private final MovableClock clock = new MovableClock(Clock.fixed(NOW, ZoneOffset.UTC));
  private final FormTokens tokens = new FormTokens(new SecureRandom(), clock);

  @Test
  void a_token_is_good_for_a_day() {
    String token = tokens.next();

    assertThat(tokens.isGood(token)).isTrue();
    clock.forward(FormTokens.GOOD_FOR.minus(Duration.ofSeconds(1)));
    assertThat(tokens.isGood(token)).isTrue();
    clock.forward(Duration.ofSeconds(1));
    assertThat(tokens.isGood(token)).isFalse();
  }

  @Test
  void nobody_prolongs_a_token() {
    String token = tokens.next();
    int dot = token.indexOf('.');
    String later = Long.parseLong(token.substring(0, dot)) + 1 + token.substring(dot);

    assertThat(tokens.isGood(later)).isFalse();
  }

  @Test
  void a_token_of_another_process_is_refused() {
    assertThat(tokens.isGood(new FormTokens(new SecureRandom(), clock).next())).isFalse();
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(
      strings = {"", ".", "1", ".aa", "99999999999999999999.aa", "x.y", "9223372036854775807."})
  void what_is_no_token_is_refused(String token) {
    assertThat(tokens.isGood(token)).isFalse();
  }
}
