package dev.geminibatch.answer;

import static dev.geminibatch.testkit.Golden.assertGolden;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.geminibatch.line.ProblemCode;
import dev.geminibatch.line.RequestKey;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The lines of an errors file, which users' programs read. */
class ErrorLineGoldenTest {
  private static final String ANSWER = "{\"key\":\"a\",\"error\":{\"code\":13}}";

  @Test
  void every_form_of_a_line() throws IOException {
    RequestKey text = new RequestKey("a", "\"a\"");
    String lines =
        line(text, ProblemCode.NO_ANSWER, "{\"key\":\"a\",  \"request\":{}}", null)
            + line(text, ProblemCode.ANSWER_CONTRADICTORY, "{\"key\":\"a\",\"request\":{}}", ANSWER)
            + line(new RequestKey("7", "7"), ProblemCode.FILE_MISSING, "{\"custom_id\":7}", null)
            + line(RequestKey.ofLine(3), ProblemCode.FILE_MISSING, "no JSON \"תקן\"", null)
            + line(RequestKey.ofLine(3), ProblemCode.FILE_MISSING, null, null);

    assertGolden("errors.jsonl", lines);
  }

  private static String line(RequestKey key, ProblemCode code, String original, String rejected)
      throws IOException {
    byte[] line =
        ErrorLine.of(
            key,
            3,
            code.problem("what is wrong, \"here\""),
            original == null ? null : original.getBytes(UTF_8),
            Optional.ofNullable(rejected).map(each -> each.getBytes(UTF_8)));
    return new String(line, UTF_8);
  }
}
