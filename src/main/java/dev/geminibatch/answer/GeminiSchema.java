package dev.geminibatch.answer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Schemas as the service means them, in plain JSON Schema, for {@link AnswerSchema}.
 *
 * <p>{@code responseSchema} is OpenAPI's dialect: types in capitals, {@code nullable}, an enum of
 * strings whatever the type, 64-bit numbers as strings, fields in camelCase or snake_case. {@code
 * responseJsonSchema} is JSON Schema, of which the service takes {@code oneOf} for {@code anyOf}.
 * What only describes a value ({@code format}, {@code title}, {@code propertyOrdering}) is left
 * out, and so is what is unknown: it demands nothing.
 */
final class GeminiSchema {
  private static final Set<String> TYPES =
      Set.of("string", "number", "integer", "boolean", "array", "object", "null");

  private static final Set<String> NUMBERS = Set.of("number", "integer");

  /** Not so long, and with no such exponent, that comparing it would be work. */
  private static final Pattern NUMBER =
      Pattern.compile("-?\\d{1,40}(\\.\\d{1,40})?([eE][+-]?\\d{1,2})?");

  private final JsonNode schema;
  private final ObjectNode json = JsonNodeFactory.instance.objectNode();
  private final Set<String> types;
  private final boolean isNullable;

  private GeminiSchema(JsonNode schema) {
    this.schema = schema;
    this.types = types(field("type"));
    this.isNullable = field("nullable").asBoolean(false) || hasNull(field("enum"));
  }

  /** The same demands in JSON Schema. */
  static JsonNode toJsonSchema(JsonNode schema) {
    return schema.isObject()
        ? new GeminiSchema(schema).convert()
        : JsonNodeFactory.instance.booleanNode(schema.asBoolean(true));
  }

  private JsonNode convert() {
    for (Map.Entry<String, JsonNode> field : schema.properties()) {
      convert(name(field.getKey()), field.getValue());
    }
    if (!types.isEmpty() && !json.has("enum")) {
      ArrayNode names = JsonNodeFactory.instance.arrayNode();
      types.forEach(names::add);
      if (isNullable && !types.contains("null")) {
        names.add("null");
      }
      json.set("type", names.size() == 1 ? names.get(0) : names);
    }
    return json;
  }

  /** A keyword without what only some of its spellings have. */
  private static String name(String keyword) {
    return keyword.replaceAll("[_$]", "").toLowerCase(Locale.ROOT);
  }

  private JsonNode field(String name) {
    for (Map.Entry<String, JsonNode> field : schema.properties()) {
      if (name(field.getKey()).equals(name)) {
        return field.getValue();
      }
    }
    return schema.path(name);
  }

  private void convert(String keyword, JsonNode value) {
    switch (keyword) {
      case "enum" -> putEnum(value);
      case "const" -> putEnum(JsonNodeFactory.instance.arrayNode().add(value));
      case "properties" -> putSchemas("properties", value);
      case "patternproperties" -> putSchemas("patternProperties", value);
      case "defs" -> putSchemas("$defs", value);
      case "definitions" -> putSchemas("definitions", value);
      case "ref" -> putReference(value.asText());
      case "items" -> putItems(value);
      case "prefixitems" -> putList("prefixItems", value);
      case "anyof", "oneof" -> putAlternatives(value);
      case "allof" -> value.forEach(each -> json.withArray("allOf").add(toJsonSchema(each)));
      case "not", "contains", "if", "then", "else" -> putSchema(keyword, value);
      case "propertynames" -> putSchema("propertyNames", value);
      case "additionalproperties" -> putSchema("additionalProperties", value);
      case "required" -> putRequired(value);
      case "pattern" -> json.put("pattern", value.asText());
      case "uniqueitems" -> json.put("uniqueItems", value.asBoolean(false));
      case "minimum", "maximum" -> putNumber(keyword, value);
      case "exclusiveminimum" -> putNumber("exclusiveMinimum", value);
      case "exclusivemaximum" -> putNumber("exclusiveMaximum", value);
      case "minitems" -> putCount("minItems", value);
      case "maxitems" -> putCount("maxItems", value);
      case "minlength" -> putCount("minLength", value);
      case "maxlength" -> putCount("maxLength", value);
      case "minproperties" -> putCount("minProperties", value);
      case "maxproperties" -> putCount("maxProperties", value);
      default -> {
        // a hint, a keyword that is read by its name, or one that nobody knows
      }
    }
  }

  private static Set<String> types(JsonNode value) {
    Set<String> types = new LinkedHashSet<>();
    for (JsonNode type :
        value.isArray() ? value : JsonNodeFactory.instance.arrayNode().add(value)) {
      types.add(type.asText().toLowerCase(Locale.ROOT));
    }
    return TYPES.containsAll(types) ? types : Set.of(); // one that is unknown may be anything
  }

  private static boolean hasNull(JsonNode values) {
    for (JsonNode value : values) {
      if (value.isNull()) {
        return true;
      }
    }
    return false;
  }

  /** The words of an enum are strings, also where the answer is a number or a truth value. */
  private void putEnum(JsonNode values) {
    boolean isForLists = !types.isEmpty() && Set.of("array", "object").containsAll(types);
    if (!values.isArray() || values.isEmpty() || isForLists) {
      return;
    }
    ArrayNode words = json.putArray("enum");
    for (JsonNode value : values) {
      words.add(value);
      String text = value.asText();
      if (value.isTextual() && types.stream().anyMatch(NUMBERS::contains)) {
        BigDecimal number = number(value);
        if (number != null) {
          words.add(number);
        }
      } else if (value.isTextual() && types.contains("boolean") && text.matches("true|false")) {
        words.add(Boolean.parseBoolean(text));
      } else if (value.isNumber() && types.contains("string")) {
        words.add(text);
      }
    }
    if (isNullable) {
      words.addNull();
    }
  }

  private void putSchemas(String keyword, JsonNode value) {
    if (value.isObject()) {
      ObjectNode schemas = json.putObject(keyword);
      value.properties().forEach(p -> schemas.set(p.getKey(), toJsonSchema(p.getValue())));
    }
  }

  private void putSchema(String keyword, JsonNode value) {
    if (value.isObject() || value.isBoolean()) {
      json.set(keyword, toJsonSchema(value));
    }
  }

  private void putList(String keyword, JsonNode value) {
    if (value.isArray() && !value.isEmpty()) {
      ArrayNode list = json.putArray(keyword);
      value.forEach(each -> list.add(toJsonSchema(each)));
    }
  }

  private void putItems(JsonNode value) {
    putList("prefixItems", value); // a list of them in older JSON Schema
    putSchema("items", value);
  }

  private void putReference(String reference) {
    String place = reference.replaceFirst("^#/defs/", "#/\\$defs/");
    if (!isNullable) {
      json.put("$ref", place);
      return;
    }
    ArrayNode either = json.withArray("allOf").addObject().putArray("anyOf");
    either.addObject().put("$ref", place);
    either.addObject().put("type", "null");
  }

  /** Within {@code allOf}, because there may be both keywords. */
  private void putAlternatives(JsonNode value) {
    if (!value.isArray() || value.isEmpty()) {
      return;
    }
    ArrayNode either = json.withArray("allOf").addObject().putArray("anyOf");
    value.forEach(each -> either.add(toJsonSchema(each)));
    if (isNullable) {
      either.addObject().put("type", "null");
    }
  }

  private void putRequired(JsonNode value) {
    if (value.isArray()) {
      ArrayNode required = json.putArray("required");
      value.forEach(name -> required.add(name.asText()));
    }
  }

  private void putNumber(String keyword, JsonNode value) {
    BigDecimal number = number(value);
    if (number != null) {
      json.put(keyword, number);
    }
  }

  private void putCount(String keyword, JsonNode value) {
    BigDecimal number = number(value);
    if (number != null && number.signum() >= 0 && number.stripTrailingZeros().scale() <= 0) {
      json.put(keyword, number.toBigInteger());
    }
  }

  /** A number, or digits in a string; null for anything else. */
  private static BigDecimal number(JsonNode value) {
    String text = value.isNumber() || value.isTextual() ? value.asText().strip() : "";
    return NUMBER.matcher(text).matches() ? new BigDecimal(text) : null;
  }
}
