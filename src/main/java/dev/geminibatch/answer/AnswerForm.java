package dev.geminibatch.answer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import dev.geminibatch.line.AnswerFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** A form that an answer must have, ready to check one. */
final class AnswerForm {
  public static final AnswerForm ANY = new AnswerForm(false, false, null, null);

  private static final int MOST_FAULTS = 3;
  private static final SchemaRegistryConfig CONFIG =
      SchemaRegistryConfig.builder().regularExpressionFactory(BoundedPattern::new).build();
  private static final ObjectReader JSON =
      new ObjectMapper().reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final boolean isJson;
  private final boolean isEnum;
  private final JsonNode schema;
  private final Schema validator;

  private AnswerForm(boolean isJson, boolean isEnum, JsonNode schema, Schema validator) {
    this.isJson = isJson;
    this.isEnum = isEnum;
    this.schema = schema;
    this.validator = validator;
  }

  /** Reads what {@link AnswerFormat#toJson} wrote. */
  public static AnswerForm of(JsonNode format) {
    JsonNode asWritten = format.path(format.has("jsonSchema") ? "jsonSchema" : "schema");
    JsonNode schema = asWritten.isMissingNode() ? null : GeminiSchema.toJsonSchema(asWritten);
    boolean isEnum = format.path("mimeType").asText().equals(AnswerFormat.ENUM);
    return new AnswerForm(!isEnum, isEnum, schema, isEnum ? null : validator(schema));
  }

  /** Null for a schema that makes no sense: the service took it, so it is not ours to judge by. */
  private static Schema validator(JsonNode schema) {
    if (schema == null) {
      return null;
    }
    try {
      return SchemaRegistry.withDefaultDialect(
              SpecificationVersion.DRAFT_2020_12, registry -> registry.schemaRegistryConfig(CONFIG))
          .getSchema(schema);
    } catch (RuntimeException | StackOverflowError e) {
      return null;
    }
  }

  /** Whether an answer must be JSON. */
  boolean isJson() {
    return isJson;
  }

  /**
   * Reads an answer that must be JSON.
   *
   * @throws JsonProcessingException saying where it is not
   */
  static JsonNode parse(String text) throws JsonProcessingException {
    return JSON.readTree(text);
  }

  /**
   * Where an answer does not fit; empty if it does.
   *
   * @param json the answer, read; of no meaning where it need not be JSON
   */
  Optional<String> misfit(String text, JsonNode json) {
    if (isEnum) {
      return isOneOfTheWords(text)
          ? Optional.empty()
          : Optional.of("\"" + text.strip() + "\" is none of the words that the schema names");
    }
    if (validator == null) {
      return Optional.empty();
    }
    try {
      List<Error> errors = validator.validate(json);
      return errors.isEmpty() ? Optional.empty() : Optional.of(text(errors));
    } catch (RuntimeException | StackOverflowError e) {
      // A reference that leads nowhere or to itself, a pattern that is none.
      return Optional.empty();
    }
  }

  private boolean isOneOfTheWords(String text) {
    if (schema == null || !schema.path("enum").isArray()) {
      return true;
    }
    for (JsonNode word : schema.path("enum")) {
      if (word.asText().equals(text.strip())) {
        return true;
      }
    }
    return false;
  }

  private static String text(List<Error> errors) {
    String first =
        errors.stream()
            .limit(MOST_FAULTS)
            .map(error -> place(error) + ": " + error.getMessage())
            .collect(Collectors.joining("; "));
    int more = errors.size() - MOST_FAULTS;
    return more > 0 ? first + "; and " + more + " more" : first;
  }

  private static String place(Error error) {
    String place = String.valueOf(error.getInstanceLocation());
    return place.isEmpty() ? "the whole" : place;
  }
}
