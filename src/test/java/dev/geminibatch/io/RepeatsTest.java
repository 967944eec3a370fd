package dev.geminibatch.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.slf4j.event.Level;

/** What lasts is logged once. */
class RepeatsTest {
  private long nanos;
  private final Repeats repeats = new Repeats(() -> nanos);

  private Level level(String about, String words) {
    return repeats.level(Level.WARN, about, words);
  }

  private void pass(Duration time) {
    nanos += time.toNanos();
  }

  @Test
  void an_outage_of_a_night_is_said_once_and_the_next_one_again() {
    assertThat(level("", "cannot be reached, next try in 10 s")).isEqualTo(Level.WARN);
    for (int minute = 0; minute < 600; minute++) {
      pass(Duration.ofMinutes(1));
      assertThat(level("", "cannot be reached, next try in " + minute + " s"))
          .isEqualTo(Level.DEBUG);
    }
    pass(Duration.ofMinutes(16));
    assertThat(level("", "cannot be reached, next try in 10 s")).isEqualTo(Level.WARN);
  }

  @Test
  void other_words_and_others_with_the_same_words_are_heard() {
    assertThat(level("a", "x")).isEqualTo(Level.WARN);
    assertThat(level("b", "x")).isEqualTo(Level.WARN);
    assertThat(level("a", "y")).isEqualTo(Level.WARN);
    assertThat(level("a", "x")).isEqualTo(Level.DEBUG);
  }

  @Test
  void of_long_words_the_beginning_counts() {
    String page = "answered with a page: " + "x".repeat(10_000);

    assertThat(level("", page + "a")).isEqualTo(Level.WARN);
    assertThat(level("", page + "b")).isEqualTo(Level.DEBUG);
  }
}
