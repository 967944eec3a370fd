package dev.geminibatch.line;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.geminibatch.testkit.WrittenLines;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/** Any bytes as a line of an input. */
@Tag("fuzz")
@Timeout(10)
class RequestReaderFuzzTest {
  private static final FileReference FILE = new FileReference("files/x", "image/png");
  private static final String WIRE_KEY = "\"17\"";

  private static final ObjectReader JACKSON =
      new ObjectMapper(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNumberLength(Integer.MAX_VALUE).build())
                  .build())
          .reader()
          .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .with(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

  private static final RequestDefaults DEFAULTS =
      new RequestDefaults(
          Map.of("temperature", "0.5"), Optional.of("{\"parts\":[{\"text\":\"Be brief.\"}]}"));

  @FuzzTest
  void a_line_is_a_request_that_can_be_sent_or_a_problem_that_is_named(byte[] bytes)
      throws IOException {
    Line line = new Line(7, 0, bytes, bytes.length);
    for (RequestReader reader :
        new RequestReader[] {new RequestReader(), new RequestReader(1 << 20, DEFAULTS)}) {
      CheckedLine read = reader.read(line);
      CheckedLine again = reader.read(line);

      assertThat(withoutLine(again)).isEqualTo(withoutLine(read));
      assertThat(read.key().text()).isNotEmpty();
      if (read instanceof RejectedLine rejected) {
        assertThat(rejected.problem().message()).isNotBlank();
      } else {
        checkWhatIsSent((BatchRequest) read);
      }
    }
  }

  /** Arrays are equal to themselves only. */
  private static List<Object> withoutLine(CheckedLine read) {
    if (read instanceof RejectedLine rejected) {
      return List.of(rejected.key(), rejected.problem());
    }
    BatchRequest request = (BatchRequest) read;
    return List.of(
        request.key(),
        String.valueOf(request.model()),
        request.extras(),
        request.segments(),
        request.weight(),
        request.answerFormat(),
        request.form(),
        request.shape());
  }

  private static void checkWhatIsSent(BatchRequest request) throws IOException {
    WrittenLines written = new WrittenLines();
    WireLine.write(request, WIRE_KEY, tag -> FILE, written);
    assertThat(written.size()).isEqualTo((int) WireLine.length(request, WIRE_KEY, tag -> FILE));
    String sent = written.toString();
    assertThat(sent).endsWith("\n").containsOnlyOnce("\n");

    JsonNode json = JACKSON.readTree(sent);
    assertThat(json.path("key").asText()).isEqualTo("17");
    assertThat(json.path("request").path("contents").isArray()).isTrue();

    String alone = "{\"key\":" + WIRE_KEY + ",\"request\":" + json.get("request") + "}";
    byte[] bytes = alone.getBytes(UTF_8);
    CheckedLine again = new RequestReader().read(new Line(7, 0, bytes, bytes.length));
    assertThat(again).isInstanceOf(BatchRequest.class);
    assertThat(((BatchRequest) again).tags()).isEmpty();
  }
}
