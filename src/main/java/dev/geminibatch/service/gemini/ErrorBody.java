package dev.geminibatch.service.gemini;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.service.ErrorClassifier;
import dev.geminibatch.service.RpcCode;
import dev.geminibatch.service.ServiceWords;
import java.io.IOException;
import java.util.List;
import okhttp3.Response;

/**
 * What the body of an error answer says.
 *
 * @param whole the body, as far as it is JSON
 * @param text the body, as far as it is not
 */
record ErrorBody(JsonNode whole, String text) {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** The refusal of a job names its lines one by one. */
  private static final long LONGEST = 16 << 20;

  private static final int LONGEST_PAGE = 1 << 16;
  private static final int LONGEST_TEXT = 300;

  /** Reads it, and leaves it where it is. */
  static ErrorBody of(Response response) throws IOException {
    byte[] bytes = response.peekBody(LONGEST).bytes();
    try (JsonParser parser = MAPPER.createParser(bytes)) {
      JsonNode body = parser.readValueAsTree();
      boolean isAll = body != null && parser.nextToken() == null;
      if (isAll && body.isContainerNode()) {
        // A streaming method wraps even its error in a list.
        return new ErrorBody(body.isArray() ? body.path(0) : body, "");
      }
    } catch (IOException e) {
      // an HTML page, plain text, or truncated
    }
    int length = Math.min(bytes.length, LONGEST_PAGE);
    return new ErrorBody(MissingNode.getInstance(), words(new String(bytes, 0, length, UTF_8)));
  }

  /** A page without its markup. */
  private static String words(String page) {
    String plain =
        page.replaceAll("(?s)<(style|script|head)\\b.*?</\\1>", " ")
            .replaceAll("<[^>]*>?", " ")
            .replaceAll("\\s+", " ")
            .strip();
    return Amounts.shortened(plain, LONGEST_TEXT);
  }

  private JsonNode error() {
    return whole.path("error");
  }

  /** Whether it is an error and not the description of something that has one. */
  boolean isAlone() {
    return (error().isObject() || error().isTextual()) && !isDescription(whole);
  }

  /** Whether it describes a job or a file, which may have an error of its own. */
  static boolean isDescription(JsonNode body) {
    return body.has("name") || body.has("metadata") || body.has("done");
  }

  /**
   * Whether it is one in place of a file. The lines of a file of answers may be errors as well, of
   * which a single one may be all that there is; those have a key, or the codes of google.rpc.
   */
  boolean isOfCall() {
    boolean isLine = whole.has("key") || whole.has("response");
    boolean isOfHttp = error().path("code").asInt() >= 100 || error().has("status");
    return isAlone() && !isLine && (isOfHttp || error().isTextual());
  }

  /** The code of the error as HTTP would have it. */
  int httpCode() {
    int code = error().path("code").asInt(RpcCode.number(status()));
    if (code > 0) {
      return RpcCode.http(code);
    }
    // Without a code, what the words say of the request is believed; anything else may pass.
    String message = message(0);
    boolean isAboutRequest = ServiceWords.namesLines(message) || ServiceWords.isAboutType(message);
    return isAboutRequest ? 400 : 500;
  }

  /** The service's name for the error, or empty. */
  String status() {
    return error().path("status").asText("");
  }

  /** In the service's words, or in those of whoever answered in its place. */
  String message(int code) {
    String message = error().isTextual() ? error().asText() : error().path("message").asText("");
    if (!message.isBlank()) {
      return withViolations(message.strip(), details());
    }
    return "The service answered with HTTP " + code + (text.isEmpty() ? "" : ": " + text);
  }

  /** A message, with what its details say of single fields. */
  static String withViolations(String message, JsonNode details) {
    StringBuilder all = new StringBuilder(message);
    for (JsonNode detail : details) {
      for (JsonNode violation : detail.path("fieldViolations")) {
        String words = violation.path("description").asText("").strip();
        if (!words.isEmpty() && all.indexOf(words) < 0) {
          all.append('\n').append(words);
        }
      }
    }
    return all.toString();
  }

  /** Why, in the words that programs read. */
  List<String> reasons() {
    return ErrorClassifier.reasons(error().toString());
  }

  /** The details. */
  JsonNode details() {
    return error().path("details");
  }
}
