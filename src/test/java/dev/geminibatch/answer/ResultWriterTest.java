package dev.geminibatch.answer;

import static dev.geminibatch.testkit.Samples.answer;
import static dev.geminibatch.testkit.Samples.error;
import static dev.geminibatch.testkit.Samples.nativeLine;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.geminibatch.service.Tokens;
import dev.geminibatch.testkit.Outbox;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several attempts at the lines of an input become one result. */
class ResultWriterTest {
  private static final int INTERNAL = 13;

  @TempDir Path folder;
  private Attempts attempts;

  @BeforeEach
  void write() throws IOException {
    attempts = new Attempts(folder, "a", "b", "c", "d");
  }

  @Test
  void lines_of_all_jobs_come_in_the_order_of_the_input() throws IOException {
    attempts.job(1, List.of("b", "d"), answer("d", "x"), answer("b", "x"));
    attempts.job(1, List.of("a", "c"), answer("c", "x"), answer("a", "x"));

    assertThat(attempts.write().answered()).isEqualTo(4);

    assertThat(Outbox.keys(results())).containsExactly("a", "b", "c", "d");
  }

  @Test
  void an_answer_of_a_later_attempt_takes_the_place_of_an_error() throws IOException {
    attempts.job(1, List.of("a", "b"), error("a", INTERNAL, "first"), answer("b", "first"));
    attempts.job(2, List.of("a"), answer("a", "second"));

    assertThat(attempts.write().failed()).isZero();

    assertThat(texts()).containsExactly("second", "first");
    assertThat(errors()).isEmpty();
  }

  @Test
  void an_answer_stays_whatever_a_later_attempt_says() throws IOException {
    attempts.job(2, List.of("a", "b"), error("a", INTERNAL, "second"));
    attempts.job(1, List.of("a", "b"), answer("a", "first"), answer("b", "first"));
    attempts.rejected(3, "b");

    assertThat(attempts.write().answered()).isEqualTo(2);

    assertThat(texts()).containsExactly("first", "first");
    assertThat(errors()).isEmpty();
  }

  @Test
  void a_line_without_an_answer_says_once_what_went_wrong_last() throws IOException {
    attempts.job(3, List.of("a"), error("a", INTERNAL, "third"));
    attempts.job(1, List.of("a", "b"), error("a", INTERNAL, "first"), error("b", 3, "first"));
    attempts.job(2, List.of("a"), error("a", INTERNAL, "second"));

    ResultWriter.Outcome outcome = attempts.write();

    assertThat(errors())
        .extracting(error -> error.path("message").asText())
        .containsExactly("third", "first");
    assertThat(outcome.failuresByCode()).isEqualTo(Map.of("INTERNAL", 1L, "INVALID_ARGUMENT", 1L));
    assertThat(outcome.requests()).isEqualTo(2);
  }

  @Test
  void a_line_that_could_not_be_sent_again_says_so() throws IOException {
    attempts.job(1, List.of("a"), error("a", INTERNAL, "first"));
    attempts.rejected(2, "a");

    attempts.write();

    assertThat(errors()).hasSize(1);
    assertThat(errors().get(0).path("message").asText()).isEqualTo(Attempts.WHY_REJECTED);
    assertThat(errors().get(0).path("request")).hasToString(nativeLine("a", "x"));
  }

  @Test
  void all_attempts_are_paid_for_whichever_counts() throws IOException {
    String useless = answer("a", "x").replace("STOP", "MAX_TOKENS").replace(":10,", ":70,");
    attempts.job(1, List.of("a", "b"), useless, answer("b", "x"));
    attempts.job(2, List.of("a"), answer("a", "x"));

    assertThat(attempts.write().tokens()).isEqualTo(new Tokens(90, 3, 0, 0));
  }

  @Test
  void a_response_that_is_no_answer_is_kept_beside_the_reason() throws IOException {
    String useless = answer("a", "x").replace("STOP", "MAX_TOKENS");
    attempts.job(1, List.of("a"), useless);

    attempts.write();

    assertThat(errors().get(0).path("answer")).hasToString(useless);
  }

  @Test
  void a_key_that_was_changed_for_the_service_comes_back_as_it_was() throws IOException {
    attempts = new Attempts(folder, "7");
    attempts.job(1, List.of("7"), answer("7", "x"));

    attempts.write();

    assertThat(results().get(0)).hasToString(answer("7", "x").replace("\"7\"", "7"));
  }

  private List<String> texts() {
    return results().stream()
        .map(result -> result.at("/response/candidates/0/content/parts/0/text").asText())
        .toList();
  }

  private List<JsonNode> results() {
    return Outbox.lines(attempts.results());
  }

  private List<JsonNode> errors() {
    return Outbox.lines(attempts.errors());
  }
}
