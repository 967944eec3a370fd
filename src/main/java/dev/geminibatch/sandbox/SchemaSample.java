package dev.geminibatch.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;

/** A value that fits an answer schema, in Gemini's dialect or as JSON schema. */
final class SchemaSample {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** Deeper, a schema that contains itself is answered with null. */
  private static final int DEEPEST = 16;

  /** A schema that doubles at each level would fill the memory. */
  private static final int MOST_VALUES = 20_000;

  private final JsonNode root;
  private final String text;
  private int values;

  private SchemaSample(JsonNode root, String text) {
    this.root = root;
    this.text = text;
  }

  /**
   * Makes up a value.
   *
   * @param text what free strings say
   */
  static JsonNode of(JsonNode schema, String text) {
    return new SchemaSample(schema, text).value(schema, 0);
  }

  private JsonNode value(JsonNode schema, int depth) {
    if (depth > DEEPEST || ++values > MOST_VALUES) {
      return JSON.nullNode();
    }
    if (schema.has("$ref")) {
      return value(root.at(schema.path("$ref").asText("").replaceFirst("^#", "")), depth + 1);
    }
    if (schema.has("const")) {
      return schema.get("const");
    }
    if (schema.path("enum").isArray() && !schema.path("enum").isEmpty()) {
      return schema.path("enum").get(0);
    }
    for (String choice : new String[] {"anyOf", "any_of", "oneOf"}) {
      if (schema.path(choice).isArray() && !schema.path(choice).isEmpty()) {
        return value(schema.path(choice).get(0), depth + 1);
      }
    }
    return switch (type(schema)) {
      case "object" -> object(schema, depth);
      case "array" -> array(schema, depth);
      case "integer" -> JSON.numberNode((long) Math.ceil(number(schema)));
      case "number" -> JSON.numberNode(number(schema));
      case "boolean" -> JSON.booleanNode(true);
      case "null" -> JSON.nullNode();
      default -> JSON.textNode(string(schema));
    };
  }

  private static String type(JsonNode schema) {
    JsonNode type =
        schema.path("type").isArray() ? schema.path("type").path(0) : schema.path("type");
    if (type.isTextual()) {
      return type.asText().toLowerCase(Locale.ROOT);
    }
    return schema.has("properties") ? "object" : schema.has("items") ? "array" : "string";
  }

  private ObjectNode object(JsonNode schema, int depth) {
    Set<String> names = new LinkedHashSet<>();
    schema.path("propertyOrdering").forEach(name -> names.add(name.asText()));
    schema.path("properties").fieldNames().forEachRemaining(names::add);
    ObjectNode object = JSON.objectNode();
    for (String name : names) {
      if (schema.path("properties").has(name)) {
        object.set(name, value(schema.path("properties").path(name), depth + 1));
      }
    }
    return object;
  }

  private ArrayNode array(JsonNode schema, int depth) {
    ArrayNode array = JSON.arrayNode();
    int most = schema.path("maxItems").asInt(Integer.MAX_VALUE);
    int count = Math.min(most, Math.max(1, schema.path("minItems").asInt(1)));
    for (int i = 0; i < Math.min(count, 1000); i++) {
      array.add(value(schema.path("items"), depth + 1));
    }
    return array;
  }

  private static double number(JsonNode schema) {
    double least = schema.path("minimum").asDouble(Double.NEGATIVE_INFINITY);
    double most = schema.path("maximum").asDouble(Double.POSITIVE_INFINITY);
    return Math.min(most, Math.max(least, 1));
  }

  private String string(JsonNode schema) {
    String format = schema.path("format").asText("");
    String made =
        switch (format) {
          case "date-time" -> "2000-01-01T00:00:00Z";
          case "date" -> "2000-01-01";
          case "time" -> "00:00:00Z";
          case "duration" -> "PT1S";
          case "email" -> "sandbox@example.com";
          case "uri" -> "https://example.com/sandbox";
          case "uuid" -> "00000000-0000-4000-8000-000000000000";
          default -> text;
        };
    int least = Math.min(schema.path("minLength").asInt(0), 1 << 16);
    int most = schema.path("maxLength").asInt(Integer.MAX_VALUE);
    made = made.length() < least ? made + ".".repeat(least - made.length()) : made;
    return made.length() > most ? made.substring(0, most) : made;
  }
}
