package dev.geminibatch.line;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lines that are made to take much memory or time. */
class HostileLineTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  /** Enough for what grows too fast to be seen. */
  private static final int BYTES = 4 << 20;

  private final RequestReader reader =
      new RequestReader(
          Integer.MAX_VALUE,
          RequestDefaults.of(Optional.of("{\"temperature\":0.5}"), Optional.of("be brief")));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // File tags.
        "{'key':'k','request':{'contents':[{'parts':[{'text':'| [[FILE:a]] | '}]}]}} | too-many-files",
        "{'key':'k','request':{'contents':[{'parts':[{'text':''}| ,{'text':'[[FILE:a]]'} | ]}]}} | too-many-files",
        "{'key':'k','request':{'contents':[{'parts':[{'text':''}| ,{'fileData':{'fileUri':'[[FILE:a]]'}} | ]}]}} | too-many-files",
        "{'key':'k','request':{'contents':['x'| ,'[[FILE:a]]' | ]}} | too-many-files",
        "{'key':'k','request':{'contents':[{'parts':[{'text':'| [[FILE: | '}]}]}} | bad-tag",
        "{'key':'k','request':{'contents':[{'parts':[{'text':'| [[FILE:] | '}]}]}} | bad-tag",
        "{'key':'k','request':{'contents':[{'parts':[{'text':'[[FILE:| ]a | '}]}]}} | bad-tag",
        "{'key':'k','request':{'contents':[{'parts':[{'text':'| [ | '}]}]}} | -",
        "{'key':'k','request':{'contents':[{'parts':[{'text':'| \\u005b | '}]}]}} | -",
        // Texts that are written in another way.
        "{'key':'k','request':{'contents':['x'| ,'a' | ]}} | too-complex",
        "{'key':'k','request':{'contents':[{'parts':['x'| ,'a' | ]}]}} | too-complex",
        "{'key':'k','request':{'contents':['x']| ,'systemInstruction':'x' | }} | too-complex",
        "{'key':'k','request':{'contents':['x'],'systemInstruction':['x'| ,'a' | ]}} | too-complex",
        "{'key':'k','request':{'contents':[{'parts':['x']}| ,{'role':'human','parts':[{'text':''}]} | ]}} | too-complex",
        // Fields.
        "{'key':'k'| ,'a':1 | ,'request':{'contents':['x']}} | too-complex",
        "{'key':'k'| ,'contents':1 | ,'request':{'contents':['x']}} | too-complex",
        "{'key':'k'| ,'key':'a' | ,'request':{'contents':['x']}} | too-complex",
        "{'key':'k','contents':['x'],'config':{'seed':1| ,'topP':null | }} | too-complex",
        "{'key':'k','request':{'contents':[{'parts':[{'text':'[[FILE:a]]'| ,'a':1 | }]}]}} | too-complex",
        "{'key':'k','request':{'contents':['x']| ,'a':1 | }} | -",
        "{'key':'k','request':{'contents':['x'],'generationConfig':{'a':1| ,'b':1 | }}} | -",
        "{'key':'k','metadata':{'a':1| ,'b':1 | },'request':{'contents':['x']}} | -",
        "{'key':'k','params':{'a':1| ,'b':1 | }} | no-request",
        // Depth.
        "{'key':'k','request':{'contents':['x'],'tools':| [ | }} | not-json",
        "{'key':'k','request':| {'a': | }} | not-json",
        // Keys, numbers, names.
        "{'key':'| k | ','request':{'contents':['x']}} | bad-key",
        "{'key':| 9 | ,'request':{'contents':['x']}} | bad-key",
        "{'metadata':{'key':'| k | '},'request':{'contents':['x']}} | bad-key",
        "{'custom_id':'| \\n | ','body':{'contents':['x']}} | bad-key",
        "{'key':'k','contents':['x'],'generationConfig':{'seed':1e1000000000},'config':{'seed':1| 9 | }} | two-settings",
        "{'key':'k','request':{'contents':['x'],'generationConfig':{'maxOutputTokens':-1| 9 | }}} | -",
        "{'key':'k','| n | ':1,'request':{'contents':['x']}} | -",
        "{'key':'k','model':'| n | ','request':{'contents':['x']}} | bad-model",
        "{'custom_id':'k','url':'| /models/x | ','body':{'contents':['x']}} | bad-url",
        // Lines that are broken at their end.
        "{'key':'k','request':{'contents':['x']| ,'a':1 | % | not-json",
        "{'| n | % | not-json",
      })
  void a_line_with_too_much_of_something_is_refused_at_once(
      String before, String unit, String after, String code) {
    String line =
        (before + unit.strip().repeat(BYTES / unit.strip().length()) + after.replace("%", ""))
            .replace('\'', '"');
    assertTimeoutPreemptively(LONG, () -> assertThat(code(line)).isEqualTo(code));
  }

  @Test
  void what_is_within_the_limits_is_taken() {
    String start = "{\"key\":\"" + "k".repeat(9_000) + "\",\"request\":{\"contents\":[{\"parts\":[";
    assertThat(code(start + "{\"text\":\"" + "[[FILE:a]]".repeat(10_000) + "\"}]}]}}"))
        .isEqualTo("-");
    assertThat(code(start + "\"a\"" + ",\"a\"".repeat(40_000) + "]}]}}")).isEqualTo("-");
    assertThat(code(start + "{\"text\":\"a\"}" + ",{\"text\":\"a\"}".repeat(500_000) + "]}]}}"))
        .isEqualTo("-");
  }

  @ParameterizedTest
  @CsvSource({
    "\\ud800, bad-key",
    "\\udc00, bad-key",
    "a\\ud800b, bad-key",
    "\\udc00\\ud800, bad-key",
    "\\ud83d\\ude00, -"
  })
  void a_key_is_whole_characters(String key, String code) {
    assertThat(code("{\"key\":\"" + key + "\",\"request\":{\"contents\":[\"x\"]}}"))
        .isEqualTo(code);
  }

  @Test
  void a_message_is_not_as_long_as_the_line() {
    String line =
        "{\"key\":\"k\",\"model\":\""
            + "\uD83D\uDE00".repeat(1 << 20)
            + "\",\"request\":{\"contents\":[\"x\"]}}";
    assertThat(problem(line).orElseThrow().message()).hasSizeLessThan(5_000);
  }

  @Test
  void a_schema_that_is_too_large_or_too_deep_is_sent_and_not_judged_by() {
    for (String schema :
        new String[] {
          "{\"enum\":[\"" + "x".repeat(200_000) + "\"]}",
          "{\"not\":".repeat(250) + "{}" + "}".repeat(250)
        }) {
      BatchRequest request =
          (BatchRequest)
              read(
                  "{\"key\":\"k\",\"request\":{\"contents\":[\"x\"],\"generationConfig\":{\"responseSchema\":"
                      + schema
                      + "}}}");
      assertThat(request.answerFormat().toJson()).hasSizeLessThan(100).contains("too large");
      assertThat(request.textBytes()).isGreaterThan(schema.length());
    }
  }

  private String code(String line) {
    return problem(line).map(LineProblem::code).orElse("-");
  }

  private Optional<LineProblem> problem(String line) {
    return read(line) instanceof RejectedLine rejected
        ? Optional.of(rejected.problem())
        : Optional.empty();
  }

  private CheckedLine read(String line) {
    byte[] bytes = line.getBytes(UTF_8);
    return reader.read(new Line(1, 0, bytes, bytes.length));
  }
}
