package dev.geminibatch.line;

import java.util.Optional;

/**
 * What a request wants its answer to look like, by its {@code generationConfig}.
 *
 * @param mimeType {@code responseMimeType}; empty if the request names none
 * @param schema {@code responseSchema} as it stands in the line, in the service's own dialect; not
 *     an object if it is too large to judge by
 * @param jsonSchema {@code responseJsonSchema} as it stands in the line
 * @param maxOutputTokens 0 if the request sets no limit
 */
public record AnswerFormat(
    String mimeType, Optional<String> schema, Optional<String> jsonSchema, long maxOutputTokens) {
  public static final String JSON = "application/json";

  /** An answer is one bare word of a list. */
  public static final String ENUM = "text/x.enum";

  /** In place of a schema by which nobody can judge in time. */
  static final String UNUSABLE_SCHEMA = "\"too large\"";

  /** Bytes of a schema by which answers are judged. The service takes fewer. */
  static final int LARGEST_SCHEMA = 128 << 10;

  /** Brackets inside each other in such a schema. */
  static final int DEEPEST_SCHEMA = 200;

  /** Whether an answer can be wrong because of its form. */
  public boolean isDemanding() {
    return mimeType.equals(JSON)
        || mimeType.equals(ENUM)
        || schema.isPresent()
        || jsonSchema.isPresent();
  }

  /** As one line of JSON, the same for the same demands. */
  public String toJson() {
    StringBuilder json = new StringBuilder("{\"mimeType\":");
    json.append(WireLine.quote(mimeType));
    schema.ifPresent(text -> json.append(",\"schema\":").append(text));
    jsonSchema.ifPresent(text -> json.append(",\"jsonSchema\":").append(text));
    return json.append('}').toString();
  }
}
