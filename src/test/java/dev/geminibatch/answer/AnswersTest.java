package dev.geminibatch.answer;

import static dev.geminibatch.testkit.Samples.nativeLine;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.geminibatch.job.JobFiles;
import dev.geminibatch.job.JobIndex;
import dev.geminibatch.job.KeyTable;
import dev.geminibatch.line.LineProblem;
import dev.geminibatch.line.RequestReader;
import dev.geminibatch.service.Tokens;
import dev.geminibatch.testkit.Outbox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** From a job's answers, as the service may give them, to results and errors. */
class AnswersTest {
  private static final String GOOD =
      "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"x\"}]},\"finishReason\":\"STOP\"}]}";

  @TempDir Path folder;

  /** What happens between the matching and the writing. */
  private Meanwhile spoil = () -> {};

  private interface Meanwhile {
    void run() throws IOException;
  }

  @Test
  void answers_are_matched_by_key_whatever_their_order() throws IOException {
    job("a", "b", "c");
    answers(answer("c"), answer("a"), answer("b"));

    AnswerMatcher.Outcome outcome = write();

    assertThat(outcome.answered()).isEqualTo(3);
    assertThat(Outbox.keys(results())).containsExactly("a", "b", "c");
    assertThat(errors()).isEmpty();
  }

  @Test
  void an_answer_line_is_passed_on_byte_for_byte() throws IOException {
    job("a");
    String line = "{\"x\":1.0, \"response\":" + GOOD + " ,\"key\":\"a\",\"y\":\"\\u05d0\"}";
    answers(line);

    write();

    assertThat(folder.resolve("results")).hasContent(line);
  }

  @Test
  void missing_repeated_and_unknown_answers_are_noticed() throws IOException {
    job("a", "b", "c");
    answers(answer("b"), answer("nobody"), answer("b"), "not json", "{}", answer("a"));

    AnswerMatcher.Outcome outcome = write();

    assertThat(outcome).extracting(AnswerMatcher.Outcome::answered).isEqualTo(2L);
    assertThat(outcome.failed()).isEqualTo(1);
    assertThat(outcome.strayAnswers())
        .isEqualTo(
            new StrayAnswers(
                2,
                1,
                1,
                0,
                List.of(
                    "line 2: unknown key nobody",
                    "line 3: key b again",
                    "line 4: not JSON",
                    "line 5: no key")));
    assertThat(outcome.strayAnswers().inWords())
        .startsWith("2 lines under a key that was never asked, 1 under a key that had an answer");
    assertThat(Outbox.keys(results())).containsExactly("a", "b");
    assertThat(errors().get(0).path("key").asText()).isEqualTo("c");
    assertThat(errors().get(0).path("code").asText()).isEqualTo("no-answer");
    assertThat(errors().get(0).path("request").path("key").asText()).isEqualTo("c");
  }

  @Test
  void answers_that_contradict_each_other_count_for_nothing() throws IOException {
    job("a", "b");
    String other = answer("a").replace("\"x\"", "\"y\"");
    answers(answer("b"), answer("a"), other, answer("a"), answer("b"));

    assertThat(write().answered()).isEqualTo(1);
    assertThat(Outbox.keys(results())).containsExactly("b");
    assertThat(errors().get(0).path("code").asText()).isEqualTo("answer-contradictory");
    assertThat(errors().get(0).path("retryable").asBoolean()).isTrue();
  }

  @Test
  void an_error_between_two_equal_answers_contradicts_neither() throws IOException {
    job("a");
    answers(answer("a"), "{\"key\":\"a\",\"error\":{\"code\":13}}", answer("a"));

    assertThat(write().answered()).isEqualTo(1);
    assertThat(Outbox.keys(results())).containsExactly("a");
  }

  @Test
  void an_answer_is_better_than_an_error_for_the_same_request() throws IOException {
    job("a");
    answers("{\"key\":\"a\",\"error\":{\"code\":13,\"message\":\"x\"}}", answer("a"));

    assertThat(write().answered()).isEqualTo(1);
    assertThat(Outbox.keys(results())).containsExactly("a");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"error\":{\"code\":13,\"message\":\"boom\"}|INTERNAL|true|boom",
        "\"error\":{\"code\":400,\"message\":\"bad\",\"status\":\"x\"}|INVALID_ARGUMENT|false|bad",
        "\"error\":{\"code\":3}|INVALID_ARGUMENT|false|no reason",
        "\"error\":\"text\"|UNKNOWN|true|text",
        "\"response\":{\"promptFeedback\":{\"blockReason\":\"SAFETY\"}}|blocked|false|SAFETY",
        "\"response\":{\"candidates\":[]}|no-candidate|true|no answer",
        "\"other\":1|no-response|true|neither"
      })
  void a_line_without_an_answer_says_why(
      String fields, String code, boolean retryable, String message) throws IOException {
    job("a");
    answers("{\"key\":\"a\"," + fields + "}");

    write();

    JsonNode error = errors().get(0);
    assertThat(error.path("code").asText()).isEqualTo(code);
    assertThat(error.path("retryable").asBoolean()).isEqualTo(retryable);
    assertThat(error.path("message").asText()).contains(message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"usageMetadata\":[1,{\"key\":\"z\"}]",
        "\"usageMetadata\":{\"promptTokenCount\":{\"key\":\"z\"}}",
        "\"candidates\":{\"key\":\"z\"}"
      })
  void odd_values_do_not_hide_the_key_behind_them(String odd) throws IOException {
    job("a");
    answers("{\"response\":{" + odd + "},\"key\":\"a\"}");

    assertThat(write().strayAnswers()).isEqualTo(StrayAnswers.NONE);
  }

  @Test
  void tokens_are_added_up() throws IOException {
    job("a", "b");
    String usage =
        "{\"key\":\"%s\",\"response\":{\"candidates\":[{}],\"usageMetadata\":"
            + "{\"promptTokenCount\":5,\"candidatesTokenCount\":\"7\",\"thoughtsTokenCount\":2}}}";
    answers(usage.formatted("a"), usage.formatted("b"));

    assertThat(write().tokens()).isEqualTo(new Tokens(10, 14, 4, 0));
  }

  @Test
  void a_file_that_many_threads_read_is_matched_like_a_small_one() throws IOException {
    int count = 12_000;
    String[] keys = IntStream.range(0, count).mapToObj(i -> "k" + i).toArray(String[]::new);
    job(keys);
    List<String> lines = new ArrayList<>();
    for (String key : keys) {
      lines.add(answer(key).replace("\"x\"", "\"" + "long ".repeat(80) + "\""));
    }
    Collections.shuffle(lines, new Random(1));
    lines.add(5000, "not json");
    lines.add(9000, answer("nobody"));
    lines.remove(11_000);
    answers(lines.toArray(String[]::new));

    AnswerMatcher.Outcome outcome = write();

    assertThat(outcome.answered()).isEqualTo(count - 1);
    assertThat(outcome.strayAnswers().inWords()).contains("1 line under a key").contains("1 not");
    lines.removeIf(line -> line.equals("not json") || line.equals(answer("nobody")));
    lines.sort(Comparator.comparingInt(AnswersTest::numberOf));
    assertThat(Files.readAllLines(folder.resolve("results"))).isEqualTo(lines);
  }

  @Test
  void an_order_with_gaps_and_strangers_misleads_nobody() throws IOException {
    int count = 2000;
    String[] keys = IntStream.range(0, count).mapToObj(i -> "k" + i).toArray(String[]::new);
    job(keys);
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      if (i % 90 != 0) {
        lines.add(answer(keys[i]));
      }
      if (i % 70 == 0) {
        lines.add(i % 140 == 0 ? answer("nobody") : answer(keys[count - 1]));
      }
    }
    answers(lines.toArray(String[]::new));

    AnswerMatcher.Outcome outcome = write();

    List<String> expected = new ArrayList<>(List.of(keys));
    expected.removeIf(key -> Integer.parseInt(key.substring(1)) % 90 == 0);
    assertThat(Outbox.keys(results())).containsExactlyElementsOf(expected);
    assertThat(outcome.strayAnswers().inWords()).contains("15 lines under a key");
  }

  private static int numberOf(String line) {
    return Integer.parseInt(line.replaceFirst("^.*?\"key\":\"k(\\d+)\".*$", "$1"));
  }

  @Test
  void a_good_answer_is_passed_on_without_being_read_again() throws IOException {
    job("a", "b", "c");
    answers(answer("a"), answer("b"), answer("c"));
    String spoiled = "#".repeat(answer("b").length());
    spoil = () -> answers(answer("a"), spoiled, answer("c"));

    write();

    assertThat(Files.readAllLines(folder.resolve("results")))
        .containsExactly(answer("a"), spoiled, answer("c"));
  }

  @Test
  void a_million_keys_are_told_apart() {
    KeyTable keys = new KeyTable();
    for (int i = 0; i < 1_000_000; i++) {
      assertThat(keys.add(KeyTable.hash("key-" + i))).isTrue();
    }

    assertThat(keys.find(KeyTable.hash("key-777777"))).isEqualTo(777_777);
    assertThat(keys.find(KeyTable.hash("key-1000000"))).isEqualTo(-1);
    assertThat(keys.add(KeyTable.hash("key-0"))).isFalse();
  }

  private void job(String... keys) throws IOException {
    StringBuilder input = new StringBuilder();
    try (JobIndex.Writer index = new JobIndex.Writer(folder.resolve("index"))) {
      for (int i = 0; i < keys.length; i++) {
        index.add(new JobIndex.Entry(i + 1, input.length(), KeyTable.hash(keys[i]), false, 0));
        input.append(nativeLine(keys[i], "x")).append('\n');
      }
    }
    Files.writeString(folder.resolve("input"), input);
  }

  private void answers(String... lines) throws IOException {
    Files.writeString(folder.resolve("answers"), String.join("\n", lines) + "\n");
  }

  private static String answer(String key) {
    return "{\"key\":\"" + key + "\",\"response\":" + GOOD + "}";
  }

  /** Those of a job that is alone in a folder. */
  static JobFiles files(Path folder) {
    return new JobFiles(
        folder.resolve("index"),
        folder.resolve("tokens"),
        folder.resolve("formats"),
        folder.resolve("refusals"),
        folder.resolve("answers"),
        folder.resolve("matches"));
  }

  private AnswerMatcher.Outcome write() throws IOException {
    JobFiles files = files(folder);
    AnswerCheck check = new AnswerCheck(Strictness.STRICT);
    AnswerMatcher.Outcome outcome = AnswerMatcher.match(files, check);
    LineProblem missing = AnswerLine.missing();
    spoil.run();
    try (ResultWriter writer =
        new ResultWriter(Optional.of(folder.resolve("input")), new RequestReader())) {
      writer.addJob(1, () -> new JobAnswers(files, check, missing), 1, outcome.tokens());
      ResultWriter.Outcome written =
          writer.write(folder.resolve("results"), folder.resolve("errors"));
      assertThat(written.answered()).isEqualTo(outcome.answered());
      assertThat(written.failed()).isEqualTo(outcome.failed());
    }
    return outcome;
  }

  private List<JsonNode> results() {
    return Outbox.lines(folder.resolve("results"));
  }

  private List<JsonNode> errors() {
    return Outbox.lines(folder.resolve("errors"));
  }
}
