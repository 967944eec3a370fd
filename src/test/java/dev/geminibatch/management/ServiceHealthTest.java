package dev.geminibatch.management;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.sandbox.MovableClock;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.service.ServiceFailure.Kind;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** When the service counts as out of reach. */
class ServiceHealthTest {
  private static final Duration SOME_TIME = Duration.ofSeconds(10);

  private final MovableClock clock = new MovableClock(Clock.systemUTC());
  private Optional<ServiceFailure> trouble = Optional.empty();
  private Optional<ServiceFailure> refusal = Optional.empty();
  private int calls;

  private final ServiceHealth health =
      new ServiceHealth("service", this::call, () -> refusal, clock, Runnable::run);

  private void call() {
    calls++;
    trouble.ifPresent(
        failure -> {
          throw failure;
        });
  }

  @Test
  void a_short_trouble_is_told_and_no_more() {
    assertThat(health.check().isWell()).isTrue();
    trouble = Optional.of(failure(Kind.UNREACHABLE));
    clock.forward(SOME_TIME);

    assertThat(health.check().isWell()).isTrue();
    assertThat(health.check().why()).contains("no luck").contains("10 s ago");
  }

  @Test
  void whoever_asks_every_ten_seconds_knows_within_a_minute_and_of_the_end_at_once() {
    health.check();
    trouble = Optional.of(failure(Kind.UNREACHABLE));
    for (int i = 0; i < 5; i++) {
      clock.forward(SOME_TIME);
      health.check();
    }

    assertThat(health.check().isWell()).isFalse();
    assertThat(health.check().why()).contains("no luck");

    trouble = Optional.empty();
    clock.forward(SOME_TIME);

    assertThat(health.check().isWell()).isTrue();
  }

  @Test
  void a_refused_key_is_unwell_as_well() {
    trouble = Optional.of(failure(Kind.BAD_KEY));
    clock.forward(Duration.ofMinutes(1));

    assertThat(health.check().isWell()).isFalse();
  }

  @Test
  void so_is_an_account_that_may_look_and_may_not_create() {
    refusal = Optional.of(failure(Kind.ACCOUNT));
    clock.forward(SOME_TIME);
    assertThat(health.check().isWell()).isTrue();
    clock.forward(Duration.ofMinutes(1));

    assertThat(health.check().isWell()).isFalse();
  }

  @Test
  void a_service_that_says_no_is_there() {
    trouble = Optional.of(failure(Kind.REFUSED));
    clock.forward(Duration.ofMinutes(1));

    assertThat(health.check().isWell()).isTrue();
  }

  @Test
  void who_asks_often_asks_the_service_seldom() {
    for (int i = 0; i < 100; i++) {
      health.check();
    }

    assertThat(calls).isEqualTo(1);
  }

  private static ServiceFailure failure(Kind kind) {
    return new ServiceFailure(kind, "", "no luck", Optional.empty(), null);
  }
}
