package dev.geminibatch.service.gemini;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.service.ErrorClassifier;
import dev.geminibatch.service.Redactor;
import dev.geminibatch.service.RpcCode;
import dev.geminibatch.service.ServiceWords;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.Response;

/**
 * What the body of an error answer says.
 *
 * @param whole the body, as far as it is JSON
 * @param text the body, as far as it is not
 */
record ErrorBody(JsonNode whole, String text) {
  private static final int LONGEST_STATUS = 100;

  /** More than a person reads, unless it names lines. */
  private static final int LONGEST_MESSAGE = 4_000;

  /** Of so many violations it is checked whether the message has said them already. */
  private static final int FEW = 100;

  private static final int LONGEST_PAGE = 1 << 16;
  private static final int LONGEST_TEXT = 300;

  /** Reads it, and leaves it where it is. */
  static ErrorBody of(Response response) throws IOException {
    InputStream body = response.body().source().peek().inputStream();
    try (JsonParser parser = BoundedJson.parser(new LimitedInput(body, AnswerLimit.ERROR_BYTES))) {
      if (parser.nextToken() != null && parser.currentToken().isStructStart()) {
        JsonNode whole = BoundedJson.value(parser);
        if (parser.nextToken() == null) {
          // A streaming method wraps even its error in a list.
          return new ErrorBody(whole.isArray() ? whole.path(0) : whole, "");
        }
      }
    } catch (IOException e) {
      // an HTML page, plain text, truncated, or too much
    }
    String page = new String(response.peekBody(LONGEST_PAGE).bytes(), UTF_8);
    return new ErrorBody(MissingNode.getInstance(), words(page));
  }

  /** A page without its markup. */
  private static String words(String page) {
    String seen = page;
    for (String unseen : List.of("style", "script", "head")) {
      seen = without(unseen, seen);
    }
    String plain = seen.replaceAll("<[^>]*>?", " ").replaceAll("\\s+", " ").strip();
    return Redactor.shortened(plain, LONGEST_TEXT);
  }

  /** A page without some of its elements. Each is looked for once, however many are not closed. */
  private static String without(String element, String page) {
    Pattern opening = Pattern.compile("<" + element + "\\b");
    Matcher matcher = opening.matcher(page);
    String closing = "</" + element + ">";
    StringBuilder kept = new StringBuilder();
    int from = 0;
    while (matcher.find(from)) {
      int end = page.indexOf(closing, matcher.end());
      if (end < 0) {
        break;
      }
      kept.append(page, from, matcher.start()).append(' ');
      from = end + closing.length();
    }
    return kept.append(page, from, page.length()).toString();
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
    return Redactor.shortened(error().path("status").asText(""), LONGEST_STATUS);
  }

  /** In the service's words, or in those of whoever answered in its place. */
  String message(int code) {
    String message = error().isTextual() ? error().asText() : error().path("message").asText("");
    if (!message.isBlank()) {
      return bounded(withViolations(message.strip(), details()));
    }
    return "The service answered with HTTP " + code + (text.isEmpty() ? "" : ": " + text);
  }

  /** A message, with what its details say of single fields. */
  static String withViolations(String message, JsonNode details) {
    Set<String> said = new LinkedHashSet<>();
    for (JsonNode detail : details) {
      for (JsonNode violation : detail.path("fieldViolations")) {
        String words = violation.path("description").asText("").strip();
        boolean isSaid = words.isEmpty() || said.size() < FEW && message.contains(words);
        if (!isSaid) {
          said.add(words);
        }
      }
    }
    return said.isEmpty() ? message : message + '\n' + String.join("\n", said);
  }

  /** A message as it goes into logs and the ledger: no key, and long only if it names lines. */
  static String bounded(String message) {
    String safe = Redactor.redact(message);
    return safe.length() <= LONGEST_MESSAGE || ServiceWords.namesLines(safe)
        ? safe
        : Amounts.shortened(safe, LONGEST_MESSAGE);
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
