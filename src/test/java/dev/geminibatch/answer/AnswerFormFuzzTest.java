package dev.geminibatch.answer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.geminibatch.line.AnswerFormat;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/**
 * Any schema, on the first line of an input, and any answer, on its other lines. The time is for
 * twelve judgements of up to a second each, several times as long while they are watched.
 */
@Tag("fuzz")
@Timeout(60)
class AnswerFormFuzzTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @FuzzTest
  void an_answer_is_judged_by_any_schema_in_bounded_time_and_always_alike(byte[] input)
      throws JsonProcessingException {
    String[] schemaAndAnswer = new String(input, UTF_8).split("\n", 2);
    JsonNode schema = json(schemaAndAnswer[0]);
    String text = schemaAndAnswer.length > 1 ? schemaAndAnswer[1] : "";
    JsonNode answer = json(text);
    if (schema == null) {
      return; // such a line is not sent
    }
    for (String mimeType : new String[] {AnswerFormat.JSON, AnswerFormat.ENUM}) {
      for (String field : new String[] {"schema", "jsonSchema"}) {
        JsonNode format = MAPPER.createObjectNode().put("mimeType", mimeType).set(field, schema);
        Optional<String> misfit = AnswerForm.of(format).misfit(text, answer);
        AnswerForm form = AnswerForm.of(format);

        assertThat(form.misfit(text, answer))
            .isEqualTo(misfit)
            .isEqualTo(form.misfit(text, answer));
        assertThat(misfit.orElse("?")).isNotBlank();
      }
    }
  }

  /** Null for what is not JSON. */
  private static JsonNode json(String text) {
    try {
      return AnswerForm.parse(text);
    } catch (JsonProcessingException e) {
      return null;
    }
  }
}
