package dev.geminibatch.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.geminibatch.service.Tokens;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lines of answers as no service should write them. */
class HostileAnswerTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  @Test
  void fields_and_candidates_by_the_million_take_no_memory() {
    assertTimeoutPreemptively(
        LONG,
        () -> {
          String names =
              IntStream.range(0, 1_000_000)
                  .mapToObj(i -> "\"n" + i + "\":1")
                  .collect(Collectors.joining(","));
          assertThat(text("{\"key\":\"k\"," + names + ",\"response\":{" + names + "}}")).isEmpty();
          String candidates = "{\"content\":{\"parts\":[{\"text\":\"a\"}]}},".repeat(1_000_000);
          assertThat(text("{\"key\":\"k\",\"response\":{\"candidates\":[" + candidates + "{}]}}"))
              .isEqualTo("a");
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1e999999999",
        "-5",
        "-1e999999999",
        "99999999999999999999",
        "\"many\"",
        "[1]",
        "null",
        "1.5e3"
      })
  void counts_of_tokens_are_within_bounds(String count) throws IOException {
    Tokens tokens =
        read("{\"key\":\"k\",\"response\":{\"usageMetadata\":{\"promptTokenCount\":"
                + count
                + ",\"candidatesTokenCount\":7}}}")
            .tokens();
    assertThat(tokens.in()).isBetween(0L, 1L << 40);
    assertThat(tokens.out()).isEqualTo(7);
  }

  @Test
  void a_number_of_a_million_digits_is_passed_over() throws IOException {
    String digits = "9".repeat(1_000_000);
    assertThat(
            read("{\"key\":\"k\",\"error\":{\"code\":" + digits + ",\"message\":\"m\"}}").error())
        .isPresent();
    assertThat(
            read("{\"key\":\"k\",\"x\":"
                    + digits
                    + ",\"response\":{\"usageMetadata\":{\"promptTokenCount\":"
                    + digits
                    + "}}}")
                .tokens())
        .isEqualTo(Tokens.NONE);
  }

  @Test
  void messages_are_shortened() throws IOException {
    String book = "word ".repeat(1_000_000);
    assertThat(
            read("{\"key\":\"k\",\"error\":{\"code\":3,\"message\":\"" + book + "\"}}")
                .error()
                .orElseThrow()
                .message())
        .hasSizeLessThan(5_000);
    assertThat(
            read("{\"key\":\"k\",\"response\":{\"candidates\":[{\"finishMessage\":\""
                    + book
                    + "\"}]}}")
                .candidate()
                .orElseThrow()
                .finishMessage())
        .hasSizeLessThan(11_000);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[", "{\"a\":"})
  void an_answer_that_is_too_deep_cannot_be_read(String opening) {
    assertThatThrownBy(() -> read("{\"key\":\"k\",\"response\":" + opening.repeat(1_000_000)))
        .isInstanceOf(IOException.class);
  }

  private static String text(String line) throws IOException {
    return read(line).candidate().map(AnswerLine.Candidate::text).orElse("");
  }

  private static AnswerLine read(String line) throws IOException {
    return AnswerLine.read(line.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void a_key_across_the_end_of_a_message_is_not_left_in_half() throws IOException {
    String key = "AIza" + "a".repeat(35);
    for (int end : new int[] {4_000, 10_000}) {
      String message = "m".repeat(end - 10) + key + "m".repeat(20_000);
      assertThat(
              read("{\"key\":\"k\",\"error\":{\"code\":3,\"message\":\"" + message + "\"}}")
                  .error()
                  .orElseThrow()
                  .message())
          .doesNotContain("AIza");
    }
  }
}
