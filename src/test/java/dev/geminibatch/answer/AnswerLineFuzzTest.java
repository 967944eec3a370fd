package dev.geminibatch.answer;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.geminibatch.line.AnswerFormat;
import dev.geminibatch.line.RequestKey;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/** Any bytes as a line of a job's answers. */
@Tag("fuzz")
@Timeout(10)
class AnswerLineFuzzTest {
  private static final AnswerForm JSON = json();

  @FuzzTest
  void a_line_of_answers_is_read_or_not_json_and_can_be_given_another_key(byte[] line)
      throws IOException {
    AnswerLine answer;
    try {
      answer = AnswerLine.read(line);
    } catch (IOException e) {
      return; // "not an answer", which the caller counts
    }

    assertThat(AnswerLine.read(line)).isEqualTo(answer);
    for (Strictness strictness : Strictness.values()) {
      new AnswerCheck(strictness).problemOf(answer, AnswerForm.ANY);
      new AnswerCheck(strictness).problemOf(answer, JSON);
    }
    if (answer.keyEnd() > 0) {
      RequestKey key = new RequestKey("a \"b\"", "\"a \\\"b\\\"\"");
      byte[] renamed = answer.withKey(line, key);
      AnswerLine again = AnswerLine.read(renamed);
      assertThat(again.key()).hasValue(key.text());
      assertThat(again.error()).isEqualTo(answer.error());
      assertThat(again.candidate()).isEqualTo(answer.candidate());
      assertThat(again.tokens()).isEqualTo(answer.tokens());
    }
  }

  private static AnswerForm json() {
    try {
      return AnswerForm.of(
          new ObjectMapper()
              .readTree(
                  new AnswerFormat(AnswerFormat.JSON, Optional.empty(), Optional.empty(), 0)
                      .toJson()));
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }
}
