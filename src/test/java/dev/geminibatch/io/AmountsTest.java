package dev.geminibatch.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AmountsTest {
  @ParameterizedTest
  @CsvSource({
    "0,0.0 s",
    "1849,1.8 s",
    "9949,9.9 s",
    "9970,10 s",
    "59449,59 s",
    "59970,1 min",
    "61900,1 min 2 s",
    "61000,1 min 1 s",
    "3600000,1 h",
    "9000000,2 h 30 min"
  })
  void a_time_is_as_exact_as_a_person_wants_it(long millis, String words) {
    assertThat(Amounts.time(Duration.ofMillis(millis))).isEqualTo(words);
  }

  @ParameterizedTest
  @CsvSource({
    "-5, 1 second",
    "89, 89 seconds",
    "90, 2 minutes",
    "5369, 89 minutes",
    "5370, 2 hours",
    "169200, 47 hours",
    "172800, 2 days",
    "864000, 10 days"
  })
  void a_time_can_be_said_roughly(long seconds, String words) {
    assertThat(Amounts.roughly(Duration.ofSeconds(seconds))).isEqualTo(words);
  }

  @ParameterizedTest
  @CsvSource({
    "batches/0123456789abcdef, 12, batche…bcdef",
    "batches/01, 12, batches/01",
    "batches/01, 10, batches/01"
  })
  void what_only_decorates_is_shortened_in_its_middle(String text, int most, String shown) {
    assertThat(Amounts.middle(text, most)).isEqualTo(shown).hasSizeLessThanOrEqualTo(most);
  }

  @ParameterizedTest
  @CsvSource({"abcd, 4, abcd", "abcde, 4, abcd...", "abc😀e, 4, abc...", "ab😀de, 4, ab😀..."})
  void a_text_is_not_truncated_within_a_character(String text, int most, String shown) {
    assertThat(Amounts.shortened(text, most)).isEqualTo(shown);
  }

  @Test
  void a_number_has_one_form() {
    assertThat(Amounts.count(1, "request")).isEqualTo("1 request");
    assertThat(Amounts.count(1_234_567, "request")).isEqualTo("1,234,567 requests");
  }
}
