package dev.geminibatch.answer;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** What a schema may demand of a value by itself, as JSON Schema means it. */
final class SchemaDemands {
  private SchemaDemands() {}

  /** One of these types; {@code integer} is any number without a fraction. */
  static SchemaDemand types(Set<String> types) {
    String wanted = String.join(" or ", types);
    boolean isAnyNumber = types.contains("number");
    return (value, judge) -> {
      String type = type(value);
      boolean fits = types.contains(type) || isAnyNumber && type.equals("integer");
      if (!fits) {
        judge.fault(type + " found, " + wanted + " expected");
      }
    };
  }

  private static String type(JsonNode value) {
    return switch (value.getNodeType()) {
      case STRING -> "string";
      case NUMBER -> isInteger(value) ? "integer" : "number";
      case BOOLEAN -> "boolean";
      case ARRAY -> "array";
      case OBJECT -> "object";
      default -> "null";
    };
  }

  private static boolean isInteger(JsonNode number) {
    double value = number.doubleValue();
    return number.isIntegralNumber() || value == Math.rint(value);
  }

  /** One of these values. */
  static SchemaDemand oneOf(JsonNode values) {
    Set<String> known = new HashSet<>();
    SchemaJudge unlimited = new SchemaJudge(Long.MAX_VALUE);
    values.forEach(value -> known.add(canonical(value, unlimited)));
    String words =
        SchemaJudge.shortened(
            StreamSupport.stream(values.spliterator(), false)
                .limit(20)
                .map(value -> SchemaJudge.shortened(value.toString()))
                .collect(Collectors.joining(", ")));
    return (value, judge) -> {
      if (!known.contains(canonical(value, judge))) {
        judge.fault("none of the values that the schema names (" + words + ")");
      }
    };
  }

  /** A list in which nothing is there twice. */
  static SchemaDemand unique() {
    return (value, judge) -> {
      if (value.isArray() && value.size() > 1) {
        Set<String> seen = new HashSet<>();
        for (JsonNode item : value) {
          if (!seen.add(canonical(item, judge))) {
            judge.fault("two items are the same");
            return;
          }
        }
      }
    };
  }

  /** The same text for the same value, however its numbers and objects are written. */
  private static String canonical(JsonNode value, SchemaJudge judge) {
    if (value.isTextual()) {
      judge.spend(2 + value.textValue().length() / 16);
      return '"' + value.textValue();
    }
    StringBuilder text = new StringBuilder();
    append(value, text, judge);
    return text.toString();
  }

  private static void append(JsonNode value, StringBuilder text, SchemaJudge judge) {
    judge.spend(4);
    if (value.isArray()) {
      text.append('[');
      for (JsonNode item : value) {
        append(item, text, judge);
        text.append(',');
      }
      text.append(']');
    } else if (value.isObject()) {
      Map<String, JsonNode> fields = new TreeMap<>();
      value.properties().forEach(field -> fields.put(field.getKey(), field.getValue()));
      text.append('{');
      fields.forEach(
          (name, field) -> {
            text.append(name.length()).append(':').append(name);
            append(field, text, judge);
          });
      text.append('}');
    } else if (value.isTextual()) {
      judge.spend(value.textValue().length() / 16);
      text.append('"').append(value.textValue().length()).append(':').append(value.textValue());
    } else if (value.isNumber() && Double.isFinite(value.doubleValue())) {
      text.append(value.decimalValue().stripTrailingZeros());
    } else {
      text.append(value.asText());
    }
  }

  /** A limit for numbers. */
  static SchemaDemand number(BigDecimal limit, boolean isLeast, boolean isExclusive) {
    String words =
        "must be "
            + (isLeast ? "more" : "less")
            + " than "
            + (isExclusive ? "" : "or equal to ")
            + limit;
    return (value, judge) -> {
      if (!value.isNumber()) {
        return;
      }
      int sign = compare(value, limit);
      if (isLeast ? sign < 0 : sign > 0) {
        judge.fault(words);
      } else if (isExclusive && sign == 0) {
        judge.fault(words);
      }
    };
  }

  private static int compare(JsonNode number, BigDecimal limit) {
    double value = number.doubleValue();
    boolean isBeyond = Double.isInfinite(value) && !number.isIntegralNumber();
    return isBeyond ? (value > 0 ? 1 : -1) : number.decimalValue().compareTo(limit);
  }

  /** What of a value is counted. */
  enum Counted {
    ITEMS,
    FIELDS,
    CHARACTERS
  }

  /** A limit for how many there are. */
  static SchemaDemand count(Counted what, BigDecimal limit, boolean isLeast) {
    long most = limit.min(BigDecimal.valueOf(Long.MAX_VALUE)).longValue();
    String words = what.name().toLowerCase(Locale.ROOT);
    return (value, judge) -> {
      long count = count(what, value, judge);
      if (count >= 0 && (isLeast ? count < most : count > most)) {
        judge.fault(
            "has " + count + " " + words + ", not " + (isLeast ? "at least " : "at most ") + most);
      }
    };
  }

  private static long count(Counted what, JsonNode value, SchemaJudge judge) {
    return switch (what) {
      case ITEMS -> value.isArray() ? value.size() : -1;
      case FIELDS -> value.isObject() ? value.size() : -1;
      case CHARACTERS -> {
        if (!value.isTextual()) {
          yield -1;
        }
        String text = value.textValue();
        judge.spend(text.length() / 16);
        yield text.codePointCount(0, text.length());
      }
    };
  }

  /** A text in which a pattern is. */
  static SchemaDemand pattern(SchemaPattern pattern) {
    return (value, judge) -> {
      if (value.isTextual()
          && !pattern.isUnknown(judge)
          && !pattern.isIn(value.textValue(), judge)) {
        judge.fault("does not match the pattern " + pattern);
      }
    };
  }
}
