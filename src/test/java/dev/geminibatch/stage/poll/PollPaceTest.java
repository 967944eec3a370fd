package dev.geminibatch.stage.poll;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class PollPaceTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final PollPace pace = new PollPace(Duration.ofSeconds(10));

  @Test
  void a_young_job_is_looked_at_at_every_tick() {
    pace.succeeded(NOW);

    assertThat(pace.isTime(NOW.plusSeconds(10), Duration.ofMinutes(2))).isTrue();
  }

  @Test
  void a_job_that_takes_long_is_looked_at_less_often_but_every_minute() {
    pace.succeeded(NOW);

    assertThat(pace.isTime(NOW.plusSeconds(20), Duration.ofMinutes(10))).isFalse();
    assertThat(pace.isTime(NOW.plusSeconds(30), Duration.ofMinutes(10))).isTrue();
    assertThat(pace.isTime(NOW.plusSeconds(50), Duration.ofHours(20))).isFalse();
    assertThat(pace.isTime(NOW.plusSeconds(60), Duration.ofHours(20))).isTrue();
  }

  @Test
  void a_longer_poll_interval_stays_as_it_is() {
    PollPace slow = new PollPace(Duration.ofMinutes(5));
    slow.succeeded(NOW);

    assertThat(slow.isTime(NOW.plusSeconds(60), Duration.ofHours(20))).isFalse();
    assertThat(slow.isTime(NOW.plusSeconds(300), Duration.ofHours(20))).isTrue();
  }

  @Test
  void a_service_in_trouble_is_asked_less_often_and_told_of_once_in_a_while() {
    Instant now = NOW;
    int told = 0;
    int looks = 0;
    while (now.isBefore(NOW.plus(Duration.ofDays(1)))) {
      if (pace.isTime(now, Duration.ZERO)) {
        looks++;
        told += pace.failed(now) ? 1 : 0;
      }
      now = now.plusSeconds(10);
    }

    assertThat(looks).isBetween(1300, 1450);
    assertThat(told).isBetween(120, 144);
    assertThat(pace.succeeded(now)).as("the end of the trouble is told").isTrue();
  }
}
