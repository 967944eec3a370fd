package dev.geminibatch.line;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonToken;
import dev.geminibatch.io.FieldNames;
import java.io.IOException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the {@code generationConfig} of a request as far as its answer will be checked against it,
 * and adds the defaults that are not there. Whether it is valid is the service's to say.
 */
final class GenerationConfigReader {
  private static final Set<String> FORM_OF_AN_ANSWER =
      Set.of("responseMimeType", "responseSchema", "responseJsonSchema");

  private static final Pattern THINKING_BUDGET =
      Pattern.compile("\"thinking_?[bB]udget\"\\s*:\\s*\"?([^\\s,}\"]+)");

  private final byte[] bytes;
  private final JsonScanner parser;
  private final RequestDefaults defaults;
  private final Edits edits;

  private String mimeType = "";
  private Optional<String> schema = Optional.empty();
  private Optional<String> jsonSchema = Optional.empty();
  private long maxOutputTokens;
  private long candidates = 1;
  private long thinkingTokens;
  private long schemaBytes;

  GenerationConfigReader(byte[] bytes, JsonScanner parser, RequestDefaults defaults, Edits edits) {
    this.bytes = bytes;
    this.parser = parser;
    this.defaults = defaults;
    this.edits = edits;
  }

  /** Reads the configuration that the parser stands at. */
  void read() throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      parser.skipValue();
      return;
    }
    Set<String> present = defaults.generationConfig().isEmpty() ? null : new HashSet<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.text();
      if (present != null && (present.size() < LineLimits.FIELDS || isOurs(name))) {
        present.add(FieldNames.camel(name));
      }
      parser.nextToken();
      readField(name);
    }
    if (present != null) {
      String missing = missing(present);
      boolean needsComma = !present.isEmpty() && !missing.isEmpty();
      edits.insert(parser.end() - 1, needsComma ? "," + missing : missing);
    }
  }

  /** Whether it matters if a field is there. */
  private boolean isOurs(String name) {
    String camel = FieldNames.camel(name);
    return RequestFields.OF_A_GENERATION.contains(camel)
        || defaults.generationConfig().keySet().stream()
            .anyMatch(field -> FieldNames.camel(field).equals(camel));
  }

  private void readField(String name) throws IOException {
    JsonToken value = parser.currentToken();
    switch (name) {
      case "responseMimeType", "response_mime_type" -> {
        mimeType = value == JsonToken.VALUE_STRING ? parser.text() : "";
        parser.skipValue();
      }
      case "responseSchema", "response_schema" -> schema = readSchema();
      case "responseJsonSchema", "response_json_schema" -> jsonSchema = readSchema();
      case "maxOutputTokens", "max_output_tokens" -> maxOutputTokens = readCount(maxOutputTokens);
      case "candidateCount", "candidate_count" -> candidates = readCount(candidates);
      case "thinkingConfig", "thinking_config" -> readThinking();
      default -> parser.skipValue();
    }
  }

  private void readThinking() throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      parser.skipValue();
      return;
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      boolean isBudget = FieldNames.camel(parser.text()).equals("thinkingBudget");
      parser.nextToken();
      if (isBudget) {
        thinkingTokens = readCount(thinkingTokens);
      } else {
        parser.skipValue();
      }
    }
  }

  /**
   * A number as the service takes it, also in quotes; of a field that is there twice the larger.
   */
  private long readCount(long before) throws IOException {
    long count =
        switch (parser.currentToken()) {
          case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT, VALUE_STRING ->
              TokenEstimate.count(parser.text());
          default -> 0;
        };
    parser.skipValue();
    return Math.max(before, count);
  }

  private Optional<String> readSchema() throws IOException {
    boolean isSchema = parser.currentToken() == JsonToken.START_OBJECT;
    int start = parser.start();
    if (!isSchema) {
      parser.skipValue();
      return Optional.empty();
    }
    int deepest = skipObject();
    int length = parser.end() - start;
    schemaBytes += length;
    boolean isUsable =
        length <= AnswerFormat.LARGEST_SCHEMA && deepest <= AnswerFormat.DEEPEST_SCHEMA;
    return Optional.of(
        isUsable ? new String(bytes, start, length, UTF_8) : AnswerFormat.UNUSABLE_SCHEMA);
  }

  /** Passes over an object; returns how deep it is. */
  private int skipObject() throws IOException {
    int depth = 1;
    int deepest = 1;
    while (depth > 0) {
      JsonToken token = parser.nextToken();
      if (token.isStructStart()) {
        deepest = Math.max(deepest, ++depth);
      } else if (token.isStructEnd()) {
        depth--;
      }
    }
    return deepest;
  }

  /** Adds the whole default configuration to a request that has none. */
  void addDefault(int position) {
    if (!defaults.generationConfig().isEmpty()) {
      edits.insert(position, ",\"generationConfig\":{" + missing(Set.of()) + "}");
    }
  }

  /** The fields of the default configuration that are not there, as JSON. */
  private String missing(Set<String> present) {
    // What an answer should look like is said as a whole or not at all.
    boolean saysForm = present.stream().anyMatch(FORM_OF_AN_ANSWER::contains);
    StringBuilder json = new StringBuilder();
    defaults
        .generationConfig()
        .forEach(
            (field, value) -> {
              String name = FieldNames.camel(field);
              boolean isAnotherForm = saysForm && FORM_OF_AN_ANSWER.contains(name);
              if (!isAnotherForm && !present.contains(name)) {
                json.append(json.isEmpty() ? "" : ",");
                json.append(WireLine.quote(field)).append(':').append(value);
                expect(name, value);
              }
            });
    return json.toString();
  }

  /** Notes what a default demands of the answer. */
  private void expect(String name, String json) {
    switch (name) {
      case "responseMimeType" -> mimeType = json.replace("\"", "");
      case "responseSchema" -> schema = Optional.of(json);
      case "responseJsonSchema" -> jsonSchema = Optional.of(json);
      case "maxOutputTokens" -> maxOutputTokens = TokenEstimate.count(json);
      case "candidateCount" -> candidates = Math.max(1, TokenEstimate.count(json));
      case "thinkingConfig" -> {
        Matcher budget = THINKING_BUDGET.matcher(json);
        thinkingTokens = budget.find() ? TokenEstimate.count(budget.group(1)) : 0;
      }
      default -> {} // the answer cannot be checked against it
    }
  }

  /** How many answers it asks for. */
  long candidates() {
    return candidates;
  }

  /** How many tokens it may think. */
  long thinkingTokens() {
    return thinkingTokens;
  }

  /** Bytes of the schemas in the request; those of defaults are counted as defaults. */
  long schemaBytes() {
    return schemaBytes;
  }

  /** What the request wants its answer to look like. */
  AnswerFormat answerFormat() {
    return new AnswerFormat(mimeType, schema, jsonSchema, maxOutputTokens);
  }
}
