package dev.geminibatch.answer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.geminibatch.line.ProblemCode;
import dev.geminibatch.line.RequestKey;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ErrorLineTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "half \uD800 a pair",
        "at the end \uD800",
        "\uDC00 the other half",
        "\u0000\u001b\u007f\u0085\u2028\u202E",
      })
  void whatever_a_message_holds_the_line_is_one_line_of_json(String message) throws IOException {
    byte[] line =
        ErrorLine.of(
            RequestKey.ofLine(1),
            1,
            ProblemCode.FILE_MISSING.problem(message),
            "not \u2028 JSON".getBytes(UTF_8),
            Optional.empty());

    String text = new String(line, UTF_8);
    assertThat(text.lines()).hasSize(1);
    JsonNode json = new ObjectMapper().readTree(text);
    assertThat(json.path("message").asText().replaceAll("[^a-z ]", ""))
        .isEqualTo(message.replaceAll("[^a-z ]", ""));
  }
}
