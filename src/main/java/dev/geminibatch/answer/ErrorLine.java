package dev.geminibatch.answer;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.geminibatch.line.JsonScanner;
import dev.geminibatch.line.LargeJson;
import dev.geminibatch.line.LineProblem;
import dev.geminibatch.line.RequestKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A line of the errors file: what is wrong with a request, and the request as it came in, so that
 * it can be fixed and dropped again.
 */
final class ErrorLine {
  private ErrorLine() {}

  /**
   * Writes the line, with its line end.
   *
   * @param original the line as it came in; as an object if it is JSON, else as a string; null when
   *     it is too long to be repeated
   * @param rejected the service's line that does not count as an answer, kept beside the reason
   */
  static byte[] of(
      RequestKey key, long line, LineProblem problem, byte[] original, Optional<byte[]> rejected)
      throws IOException {
    ByteArrayOutputStream out =
        new ByteArrayOutputStream(256 + (original == null ? 0 : original.length));
    try (JsonGenerator json = LargeJson.FACTORY.createGenerator(out)) {
      json.writeStartObject();
      json.writeFieldName("key");
      json.writeRawValue(key.json());
      json.writeNumberField("line", line);
      json.writeStringField("stage", problem.stage());
      json.writeStringField("code", problem.code());
      json.writeStringField("message", problem.message());
      json.writeBooleanField("retryable", problem.retryable());
      if (rejected.isPresent()) {
        json.writeFieldName("answer");
        json.writeRawValue(new String(rejected.get(), StandardCharsets.UTF_8));
      }
      json.writeFieldName("request");
      if (original == null) {
        json.writeNull();
      } else if (isJsonObject(original)) {
        json.writeRawValue(new String(original, StandardCharsets.UTF_8));
      } else {
        json.writeString(new String(original, StandardCharsets.UTF_8));
      }
      json.writeEndObject();
    }
    out.write('\n');
    return out.toByteArray();
  }

  private static boolean isJsonObject(byte[] line) {
    JsonScanner parser = new JsonScanner(line);
    try {
      if (parser.nextToken() == null || !parser.currentToken().isStructStart()) {
        return false;
      }
      parser.skipValue();
      return parser.nextToken() == null;
    } catch (IOException e) {
      return false;
    }
  }
}
