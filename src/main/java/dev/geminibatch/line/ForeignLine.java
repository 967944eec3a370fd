package dev.geminibatch.line;

import com.fasterxml.jackson.core.JsonToken;
import dev.geminibatch.io.FieldNames;
import java.io.IOException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/** Says what a line is that is not a request to Gemini, by the names of its fields. */
final class ForeignLine {
  private static final Set<String> HOLDERS_OF_A_REQUEST =
      Set.of("request", "body", "params", "batch", "modelInput");

  private final Set<String> names = new HashSet<>();
  private final Set<String> inside = new HashSet<>();
  private String url = "";

  private ForeignLine() {}

  /** A line that asks for an embedding. */
  static BadLine embedding(String what) {
    return new BadLine(
        ProblemCode.EMBEDDING,
        what + ": embeddings are not supported yet; only generateContent requests can be sent");
  }

  /**
   * Fails with what the line is, if that is known.
   *
   * @param line a JSON object
   */
  static void check(byte[] line) throws IOException, BadLine {
    ForeignLine foreign = new ForeignLine();
    foreign.read(new JsonScanner(line));
    foreign.check();
  }

  private void read(JsonScanner parser) throws IOException {
    parser.nextToken();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.text();
      add(name, names);
      JsonToken value = parser.nextToken();
      if (value == JsonToken.START_OBJECT && HOLDERS_OF_A_REQUEST.contains(name)) {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          add(parser.text(), inside);
          parser.nextToken();
          parser.skipValue();
        }
        continue;
      }
      if (name.equals("url") && value == JsonToken.VALUE_STRING) {
        url = parser.text().toLowerCase(Locale.ROOT);
      }
      parser.skipValue();
    }
  }

  private static void add(String name, Set<String> to) {
    if (to.size() < LineLimits.FIELDS) {
      to.add(FieldNames.camel(name));
    }
  }

  private void check() throws BadLine {
    if (inside.contains("content") || names.contains("content") || url.contains("embed")) {
      throw embedding(url.contains("embed") ? "the url asks for embeddings" : "content");
    }
    if (names.contains("params") && inside.contains("messages")) {
      throw written("Anthropic's batches (params.messages)");
    }
    if (names.contains("modelInput")) {
      throw written("Amazon Bedrock (modelInput)");
    }
    if (inside.contains("messages") || inside.contains("input") || inside.contains("prompt")) {
      throw written("OpenAI's batches");
    }
    if (names.contains("messages")) {
      throw written("a chat API like OpenAI's or Anthropic's (messages)");
    }
    if (names.contains("instance") || names.contains("instances")) {
      throw written("predictions of Vertex AI (instances)");
    }
    if (names.contains("requests")
        || names.contains("inlinedRequests")
        || inside.contains("requests")
        || isBatch()) {
      throw new BadLine(
          ProblemCode.FOREIGN_LINE,
          "the line holds a whole batch, not one request; write its list of requests as the file,"
              + " [{...}, {...}], or one request per line");
    }
    if (names.contains("response")) {
      throw new BadLine(
          ProblemCode.FOREIGN_LINE,
          "the line is an answer (it has a response), not a request; drop the file that was sent");
    }
  }

  private boolean isBatch() {
    return names.contains("batch") && inside.contains("inputConfig");
  }

  private static BadLine written(String what) {
    return new BadLine(
        ProblemCode.FOREIGN_LINE,
        "the line is written for "
            + what
            + "; write it for Gemini, {\"key\":..., \"request\":{\"contents\":[...]}}");
  }
}
