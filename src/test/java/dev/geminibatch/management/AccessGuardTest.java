package dev.geminibatch.management;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.management.AccessGuard.Right;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may ask the management server. */
class AccessGuardTest {
  private static final String TOKEN = "0123456789abcdef:ü";
  private static final String READ_TOKEN = "fedcba9876543210";

  private final AccessGuard guard = new AccessGuard(Optional.of(TOKEN), Optional.of(READ_TOKEN));

  @ParameterizedTest
  @ValueSource(strings = {"Bearer " + TOKEN, "bearer   " + TOKEN + " "})
  void the_token_is_admitted(String header) {
    assertThat(guard.right(header)).isEqualTo(Right.ACT);
  }

  @Test
  void a_browser_may_bring_it_as_the_password_of_any_name() {
    assertThat(guard.right(basic("me:" + TOKEN))).isEqualTo(Right.ACT);
    assertThat(guard.right(basic(":" + TOKEN))).isEqualTo(Right.ACT);
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(
      strings = {
        "",
        "Bearer",
        "Bearer ",
        "Bearer 0123456789abcdef",
        TOKEN,
        "Basic %%%",
        "Basic " + TOKEN,
        "Digest " + TOKEN
      })
  void anything_else_is_refused(String header) {
    assertThat(guard.right(header)).isEqualTo(Right.NONE);
  }

  @Test
  void a_wrong_password_and_a_login_without_one_are_refused() {
    assertThat(guard.right(basic(TOKEN + ":wrong"))).isEqualTo(Right.NONE);
    assertThat(guard.right(basic("0123456789abcdef"))).isEqualTo(Right.NONE);
  }

  @Test
  void the_read_token_sees_and_does_not_act() {
    assertThat(guard.right("Bearer " + READ_TOKEN)).isEqualTo(Right.READ);
    assertThat(guard.right(basic("me:" + READ_TOKEN))).isEqualTo(Right.READ);
  }

  @Test
  void with_a_read_token_alone_nobody_acts() {
    AccessGuard readers = new AccessGuard(Optional.empty(), Optional.of(READ_TOKEN));

    assertThat(readers.isClosed()).isTrue();
    assertThat(readers.right(null)).isEqualTo(Right.NONE);
    assertThat(readers.right("Bearer " + READ_TOKEN)).isEqualTo(Right.READ);
  }

  @Test
  void without_a_token_everybody_is_admitted() {
    assertThat(new AccessGuard(Optional.empty(), Optional.empty()).right(null))
        .isEqualTo(Right.ACT);
  }

  @Test
  void an_address_waits_after_ten_refusals_and_no_other_one_does() {
    for (int i = 0; i < AccessGuard.FREE_TRIES; i++) {
      assertThat(guard.refuse("192.0.2.1")).isZero();
    }
    assertThat(guard.refuse("192.0.2.1")).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
    assertThat(guard.refuse("192.0.2.2")).isZero();

    guard.admitted("192.0.2.1");

    assertThat(guard.refuse("192.0.2.1")).isZero();
  }

  private static String basic(String login) {
    return "Basic " + Base64.getEncoder().encodeToString(login.getBytes(UTF_8));
  }
}
