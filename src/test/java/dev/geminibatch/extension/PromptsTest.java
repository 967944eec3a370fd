package dev.geminibatch.extension;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.line.BatchRequest;
import dev.geminibatch.line.CheckedLine;
import dev.geminibatch.line.Line;
import dev.geminibatch.line.RequestReader;
import dev.geminibatch.line.WireLine;
import dev.geminibatch.testkit.WrittenLines;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PromptsTest {
  private static final String MODEL_ALONE =
      "{\"request\":{\"contents\":[{\"role\":\"model\",\"parts\":[{\"text\":\"a\"}]}]}}";

  private final Prompts prompts = new Prompts();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "a"                                                | "parts":[{"text":"NEW"},{"text":"a"}]
          ["a"]                                              | "parts":[{"text":"NEW"},{"text":"a"}]
          [{"text":"a"}]                                     | "parts":[{"text":"NEW"},{"text":"a"}]
          {"text":"a"}                                       | "parts":[{"text":"NEW"},{"text":"a"}]
          {"parts":[{"text":"a"}]}                           | "parts":[{"text":"NEW"},{"text":"a"}]
          [{"role":"user","parts":[{"text":"a"}]}]           | "parts":[{"text":"NEW"},{"text":"a"}]
          [{"parts":[{"text":"a"}]},{"role":"model","parts":[{"text":"b"}]}] | "parts":[{"text":"NEW"},{"text":"a"}]
          [{"parts":[{"text":"a"}]},{"role":"model","parts":[{"text":"b"}]},{"parts":[{"text":"c"}]}] | "parts":[{"text":"NEW"},{"text":"c"}]
          """)
  void a_text_comes_before_the_last_turn_of_the_user(String contents, String sent)
      throws IOException {
    for (String field : new String[] {"request", "body"}) {
      String line = "{\"key\":\"k\",\"" + field + "\":{\"contents\":" + contents + "}}";

      assertThat(wire(prompts.before(line, "NEW"))).contains(sent);
    }
  }

  @Test
  void a_text_comes_after_it() throws IOException {
    assertThat(wire(prompts.after(prompts.ask("k", "a \"b\""), "NEW")))
        .contains("\"parts\":[{\"text\":\"a \\\"b\\\"\"},{\"text\":\"NEW\"}]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"no JSON", "[]", "{}", "{\"request\":1}", "{\"request\":{}}", MODEL_ALONE})
  void what_is_no_request_stays_as_it_is(String line) {
    assertThat(prompts.before(line, "NEW")).isEqualTo(line);
  }

  private static String wire(String line) throws IOException {
    byte[] bytes = line.getBytes(UTF_8);
    CheckedLine checked = new RequestReader().read(new Line(1, 0, bytes, bytes.length));
    assertThat(checked).as(line).isInstanceOf(BatchRequest.class);
    WrittenLines wire = new WrittenLines();
    WireLine.write((BatchRequest) checked, "\"k\"", tag -> null, wire);
    return wire.toString();
  }
}
