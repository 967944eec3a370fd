package dev.geminibatch.answer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.geminibatch.line.LineProblem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What counts as an answer. */
class AnswerCheckTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** In the service's dialect: capitals, nullable, numbers as strings, an order for the fields. */
  private static final String SCHEMA =
      """
      {"mimeType":"application/json","schema":{"type":"ARRAY","minItems":"1","items":{"type":"OBJECT",
      "propertyOrdering":["root","count"],"required":["root"],"properties":{
      "root":{"type":"STRING","nullable":true,"description":"x"},
      "count":{"type":"INTEGER","format":"int32","minimum":0},
      "kind":{"type":"STRING","enum":["noun","verb"],"nullable":true},
      "ref":{"anyOf":[{"type":"STRING"},{"type":"NUMBER"}]}}}}}""";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[{\"root\":\"a\"}] | fits",
        "[{\"root\":null,\"count\":3,\"kind\":\"noun\",\"ref\":1.5}] | fits",
        "[{\"root\":\"a\",\"kind\":null,\"more\":true}] | fits",
        "[{\"root\":\"a\",\"count\":1.5}] | answer-schema",
        "[{\"root\":\"a\",\"count\":-1}] | answer-schema",
        "[{\"root\":\"a\",\"kind\":\"adverb\"}] | answer-schema",
        "[{\"root\":\"a\",\"ref\":true}] | answer-schema",
        "[{\"count\":1}] | answer-schema",
        "[] | answer-schema",
        "{\"root\":\"a\"} | answer-schema",
        "[{\"root\":\"a\"}] and so on | answer-not-json",
        "[{\"root\":\"a\" | answer-not-json",
        "Here it is: [] | answer-not-json",
      })
  void an_answer_must_fit_the_schema_of_its_request(String text, String outcome)
      throws IOException {
    assertThat(code(Strictness.STRICT, answer(text, "STOP"), SCHEMA)).isEqualTo(outcome);
  }

  @Test
  void a_misfit_is_told_with_its_place() throws IOException {
    Optional<LineProblem> problem =
        problem(Strictness.STRICT, answer("[{\"root\":5}]", "STOP"), SCHEMA);

    assertThat(problem.orElseThrow().message()).contains("/0/root");
    assertThat(problem.orElseThrow().retryable()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "STOP, fits, fits, fits, false",
    "MAX_TOKENS, cut-off, fits, fits, true",
    "SAFETY, stopped, stopped, fits, false",
    "RECITATION, stopped, stopped, fits, true",
    "SOMETHING_NEW, stopped, stopped, fits, true",
  })
  void an_answer_must_have_been_finished(
      String reason, String strict, String lenient, String off, boolean retryable)
      throws IOException {
    String answer = answer("some text", reason);

    assertThat(code(Strictness.STRICT, answer, null)).isEqualTo(strict);
    assertThat(code(Strictness.LENIENT, answer, null)).isEqualTo(lenient);
    assertThat(code(Strictness.OFF, answer, null)).isEqualTo(off);
    problem(Strictness.STRICT, answer, null)
        .ifPresent(problem -> assertThat(problem.retryable()).isEqualTo(retryable));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"promptFeedback\":{\"blockReason\":\"SAFETY\"}} | blocked | false",
        "{} | no-candidate | true",
        "{\"candidates\":[]} | no-candidate | true",
        "{\"candidates\":[{\"finishReason\":\"STOP\"}]} | empty | true",
        "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\" \"}]}}]} | empty | true",
        "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"hm\",\"thought\":true}]}}]} | empty | true",
      })
  void a_response_without_an_answer_is_none_unless_that_is_wanted(
      String response, String code, boolean retryable) throws IOException {
    String line = "{\"key\":\"k\",\"response\":" + response + "}";

    LineProblem problem = problem(Strictness.LENIENT, line, null).orElseThrow();
    assertThat(problem.code()).isEqualTo(code);
    assertThat(problem.retryable()).isEqualTo(retryable);
    assertThat(code(Strictness.OFF, line, null)).isEqualTo("fits");
  }

  @Test
  void a_call_of_a_function_is_an_answer_without_text() throws IOException {
    String line =
        "{\"key\":\"k\",\"response\":{\"candidates\":[{\"content\":{\"parts\":["
            + "{\"functionCall\":{\"name\":\"f\",\"args\":{}}}]},\"finishReason\":\"STOP\"}]}}";

    assertThat(code(Strictness.STRICT, line, SCHEMA)).isEqualTo("fits");
  }

  @Test
  void thoughts_are_no_part_of_the_json() throws IOException {
    String line =
        "{\"key\":\"k\",\"response\":{\"candidates\":[{\"content\":{\"parts\":["
            + "{\"text\":\"let me think\",\"thought\":true},{\"text\":\"[{\\\"root\\\":\"},"
            + "{\"text\":\"\\\"a\\\"}]\"}]},\"finishReason\":\"STOP\"}]}}";

    assertThat(code(Strictness.STRICT, line, SCHEMA)).isEqualTo("fits");
  }

  @Test
  void a_bare_word_must_be_one_of_the_list() throws IOException {
    String form =
        "{\"mimeType\":\"text/x.enum\",\"schema\":{\"type\":\"STRING\",\"enum\":[\"yes\",\"no\"]}}";

    assertThat(code(Strictness.STRICT, answer("yes\n", "STOP"), form)).isEqualTo("fits");
    assertThat(code(Strictness.STRICT, answer("maybe", "STOP"), form)).isEqualTo("answer-schema");
  }

  @Test
  void a_schema_that_makes_no_sense_or_leads_elsewhere_judges_nobody() throws IOException {
    String broken = "{\"mimeType\":\"\",\"jsonSchema\":{\"type\":17,\"pattern\":\"(\"}}";
    String remote = "{\"mimeType\":\"\",\"jsonSchema\":{\"$ref\":\"http://127.0.0.1:1/schema\"}}";

    assertThat(code(Strictness.STRICT, answer("[1]", "STOP"), broken)).isEqualTo("fits");
    assertThat(code(Strictness.STRICT, answer("[1]", "STOP"), remote)).isEqualTo("fits");
  }

  @Test
  void a_schema_that_refers_to_itself_without_end_judges_nobody() throws IOException {
    String defs = "{\"a\":{\"$ref\":\"#/$defs/b\"},\"b\":{\"$ref\":\"#/$defs/a\"}}";
    String form =
        "{\"mimeType\":\"\",\"jsonSchema\":{\"$ref\":\"#/$defs/a\",\"$defs\":" + defs + "}}";

    assertThat(code(Strictness.STRICT, answer("[1]", "STOP"), form)).isEqualTo("fits");
  }

  private static String code(Strictness strictness, String line, String form) throws IOException {
    return problem(strictness, line, form).map(LineProblem::code).orElse("fits");
  }

  private static Optional<LineProblem> problem(Strictness strictness, String line, String form)
      throws IOException {
    return new AnswerCheck(strictness)
        .problemOf(
            AnswerLine.read(line.getBytes(StandardCharsets.UTF_8)),
            form == null ? AnswerForm.ANY : AnswerForm.of(MAPPER.readTree(form)));
  }

  private static String answer(String text, String finishReason) throws IOException {
    return "{\"key\":\"k\",\"response\":{\"candidates\":[{\"content\":{\"parts\":[{\"text\":"
        + MAPPER.writeValueAsString(text)
        + "}]},\"finishReason\":\""
        + finishReason
        + "\"}]}}";
  }
}
