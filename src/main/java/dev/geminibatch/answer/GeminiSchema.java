package dev.geminibatch.answer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.Map;

/**
 * The service's own dialect of schemas ({@code responseSchema}): OpenAPI 3.0's, with types in
 * capitals, {@code nullable}, numbers as strings, and hints that have no meaning for a check.
 * Fields may be written in camelCase and in snake_case.
 */
final class GeminiSchema {
  private GeminiSchema() {}

  /** The same demands in JSON Schema. What is unknown is left out: it demands nothing. */
  static JsonNode toJsonSchema(JsonNode schema) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    boolean nullable = schema.path("nullable").asBoolean(false);
    for (Map.Entry<String, JsonNode> field : schema.properties()) {
      JsonNode value = field.getValue();
      switch (field.getKey().replace("_", "").toLowerCase(Locale.ROOT)) {
        case "type" -> putType(json, value, nullable);
        case "enum" -> putEnum(json, value, nullable);
        case "properties" -> {
          ObjectNode properties = json.putObject("properties");
          value.properties().forEach(p -> properties.set(p.getKey(), toJsonSchema(p.getValue())));
        }
        case "defs", "$defs" -> {
          ObjectNode definitions = json.putObject("$defs");
          value.properties().forEach(p -> definitions.set(p.getKey(), toJsonSchema(p.getValue())));
        }
        case "ref", "$ref" -> json.set("$ref", value);
        case "items" -> json.set("items", toJsonSchema(value));
        case "prefixitems" ->
            value.forEach(v -> json.withArray("prefixItems").add(toJsonSchema(v)));
        case "anyof" -> {
          value.forEach(each -> json.withArray("anyOf").add(toJsonSchema(each)));
          if (nullable) {
            json.withArray("anyOf").addObject().put("type", "null");
          }
        }
        case "required" -> json.set("required", value);
        case "pattern" -> json.set("pattern", value);
        case "minimum", "maximum" -> putNumber(json, field.getKey(), value);
        case "minitems" -> putNumber(json, "minItems", value);
        case "maxitems" -> putNumber(json, "maxItems", value);
        case "minlength" -> putNumber(json, "minLength", value);
        case "maxlength" -> putNumber(json, "maxLength", value);
        case "minproperties" -> putNumber(json, "minProperties", value);
        case "maxproperties" -> putNumber(json, "maxProperties", value);
        case "additionalproperties" ->
            json.set("additionalProperties", value.isObject() ? toJsonSchema(value) : value);
        default -> {
          // propertyOrdering, title, description, example, default, format, nullable
        }
      }
    }
    return json;
  }

  private static void putType(ObjectNode json, JsonNode value, boolean nullable) {
    ArrayNode types = JsonNodeFactory.instance.arrayNode();
    for (JsonNode type :
        value.isArray() ? value : JsonNodeFactory.instance.arrayNode().add(value)) {
      String name = type.asText().toLowerCase(Locale.ROOT);
      if (name.equals("type_unspecified")) {
        return;
      }
      types.add(name);
    }
    if (nullable) {
      types.add("null");
    }
    json.set("type", types.size() == 1 ? types.get(0) : types);
  }

  private static void putEnum(ObjectNode json, JsonNode value, boolean nullable) {
    ArrayNode words = json.putArray("enum");
    value.forEach(words::add);
    if (nullable) {
      words.addNull();
    }
  }

  /** 64-bit numbers are strings in the service's JSON. */
  private static void putNumber(ObjectNode json, String name, JsonNode value) {
    if (value.isNumber()) {
      json.set(name, value);
    } else if (value.asText().matches("-?\\d{1,18}")) {
      json.put(name, Long.parseLong(value.asText()));
    }
  }
}
