package dev.geminibatch.answer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.geminibatch.answer.SchemaDemands.Counted;
import java.math.BigDecimal;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A schema that {@link GeminiSchema} wrote, ready to judge answers by: the keywords that it writes,
 * as JSON Schema 2020-12 means them.
 *
 * <p>References lead to places in the same schema and nowhere else. Nothing is ever fetched or
 * read.
 */
final class AnswerSchema {
  /** Instructions of all patterns together, some megabytes of them. */
  private static final long MOST_INSTRUCTIONS = 50_000;

  private final JsonNode root;
  private final Map<JsonNode, Rule> rules = new IdentityHashMap<>();
  private final Map<String, SchemaDemand> references = new HashMap<>();
  private final SchemaDemand whole;
  private long instructions;

  /**
   * Makes a schema ready.
   *
   * @throws SchemaJudge.CannotJudge when it is too large
   */
  AnswerSchema(JsonNode root) {
    this.root = root;
    this.whole = rule(root);
  }

  /** Checks an answer against it. */
  void check(JsonNode answer, SchemaJudge judge) {
    whole.check(answer, judge);
  }

  /** All that one schema demands. */
  private static final class Rule implements SchemaDemand {
    private final List<SchemaDemand> demands = new ArrayList<>(2);

    @Override
    public void check(JsonNode value, SchemaJudge judge) {
      judge.enter();
      for (int i = 0; i < demands.size() && !judge.isDecided(); i++) {
        demands.get(i).check(value, judge);
      }
      judge.leave();
    }
  }

  private SchemaDemand rule(JsonNode schema) {
    if (schema.isBoolean()) {
      return schema.asBoolean()
          ? (value, judge) -> {}
          : (value, judge) -> judge.fault("the schema allows nothing here");
    }
    Rule known = rules.get(schema);
    if (known != null) {
      return known;
    }
    Rule rule = new Rule();
    rules.put(schema, rule);
    schema.properties().forEach(field -> add(rule, schema, field.getKey(), field.getValue()));
    return rule;
  }

  private List<SchemaDemand> rules(JsonNode schemas) {
    List<SchemaDemand> all = new ArrayList<>();
    schemas.forEach(each -> all.add(rule(each)));
    return all;
  }

  private void add(Rule rule, JsonNode schema, String keyword, JsonNode value) {
    SchemaDemand demand =
        switch (keyword) {
          case "type" -> SchemaDemands.types(words(value));
          case "enum" -> SchemaDemands.oneOf(value);
          case "properties" -> fields(schema);
          case "patternProperties", "additionalProperties" ->
              isFirst(schema, keyword, "properties", "patternProperties") ? fields(schema) : null;
          case "prefixItems" -> items(schema);
          case "items" -> schema.has("prefixItems") ? null : items(schema);
          case "$ref" -> reference(value.asText());
          case "anyOf" -> anyOf(rules(value));
          case "allOf" -> allOf(rules(value));
          case "not" -> not(rule(value));
          case "contains" -> contains(rule(value));
          case "if" -> condition(schema);
          case "propertyNames" -> names(rule(value));
          case "required" -> required(words(value));
          case "pattern" -> SchemaDemands.pattern(pattern(value.asText()));
          case "uniqueItems" -> value.asBoolean() ? SchemaDemands.unique() : null;
          case "minimum" -> SchemaDemands.number(value.decimalValue(), true, false);
          case "maximum" -> SchemaDemands.number(value.decimalValue(), false, false);
          case "exclusiveMinimum" -> SchemaDemands.number(value.decimalValue(), true, true);
          case "exclusiveMaximum" -> SchemaDemands.number(value.decimalValue(), false, true);
          default -> count(keyword, value);
        };
    if (demand != null) {
      rule.demands.add(demand);
    }
  }

  /** Whether a keyword stands for those that are checked together with it. */
  private static boolean isFirst(JsonNode schema, String keyword, String... others) {
    for (String other : others) {
      if (other.equals(keyword)) {
        return true;
      }
      if (schema.has(other)) {
        return false;
      }
    }
    return true;
  }

  private static SchemaDemand count(String keyword, JsonNode value) {
    BigDecimal limit = value.isNumber() ? value.decimalValue() : null;
    return switch (keyword) {
      case "minItems" -> SchemaDemands.count(Counted.ITEMS, limit, true);
      case "maxItems" -> SchemaDemands.count(Counted.ITEMS, limit, false);
      case "minLength" -> SchemaDemands.count(Counted.CHARACTERS, limit, true);
      case "maxLength" -> SchemaDemands.count(Counted.CHARACTERS, limit, false);
      case "minProperties" -> SchemaDemands.count(Counted.FIELDS, limit, true);
      case "maxProperties" -> SchemaDemands.count(Counted.FIELDS, limit, false);
      default -> null; // "then" and "else" belong to "if", "$defs" are there to be referred to
    };
  }

  private static Set<String> words(JsonNode value) {
    Set<String> words = new LinkedHashSet<>();
    if (value.isTextual()) {
      words.add(value.asText());
    }
    value.forEach(word -> words.add(word.asText()));
    return words;
  }

  private SchemaPattern pattern(String regex) {
    SchemaPattern pattern = new SchemaPattern(regex);
    instructions += pattern.size();
    if (instructions > MOST_INSTRUCTIONS) {
      throw SchemaJudge.cannotJudge();
    }
    return pattern;
  }

  /** {@code properties}, {@code patternProperties} and {@code additionalProperties}. */
  private SchemaDemand fields(JsonNode schema) {
    Map<String, SchemaDemand> named = new HashMap<>();
    schema.path("properties").properties().forEach(p -> named.put(p.getKey(), rule(p.getValue())));
    List<Map.Entry<SchemaPattern, SchemaDemand>> patterns = new ArrayList<>();
    schema
        .path("patternProperties")
        .properties()
        .forEach(p -> patterns.add(Map.entry(pattern(p.getKey()), rule(p.getValue()))));
    JsonNode others = schema.path("additionalProperties");
    SchemaDemand other = others.isMissingNode() ? null : rule(others);
    boolean isClosed = others.isBoolean() && !others.asBoolean();
    return (value, judge) -> {
      if (!value.isObject()) {
        return;
      }
      for (Map.Entry<String, JsonNode> field : value.properties()) {
        if (judge.isDecided()) {
          return;
        }
        judge.spend(1);
        String name = field.getKey();
        SchemaDemand own = named.get(name);
        if (own != null) {
          judge.checkInside(name, own, field.getValue());
        }
        boolean isKnown = checkByPattern(patterns, field, judge) || own != null;
        if (!isKnown && isClosed) {
          judge.fault("the schema has no field \"" + SchemaJudge.shortened(name) + "\"");
        } else if (!isKnown && other != null) {
          judge.checkInside(name, other, field.getValue());
        }
      }
    };
  }

  /** Returns whether a field may be one of those with such a name. */
  private static boolean checkByPattern(
      List<Map.Entry<SchemaPattern, SchemaDemand>> patterns,
      Map.Entry<String, JsonNode> field,
      SchemaJudge judge) {
    boolean isKnown = false;
    for (Map.Entry<SchemaPattern, SchemaDemand> each : patterns) {
      if (each.getKey().isUnknown(judge)) {
        isKnown = true;
      } else if (each.getKey().isIn(field.getKey(), judge)) {
        isKnown = true;
        judge.checkInside(field.getKey(), each.getValue(), field.getValue());
      }
    }
    return isKnown;
  }

  private SchemaDemand items(JsonNode schema) {
    List<SchemaDemand> first = rules(schema.path("prefixItems"));
    SchemaDemand rest = schema.has("items") ? rule(schema.path("items")) : null;
    return (value, judge) -> {
      if (!value.isArray()) {
        return;
      }
      for (int i = 0; i < value.size() && !judge.isDecided(); i++) {
        SchemaDemand demand = i < first.size() ? first.get(i) : rest;
        if (demand == null) {
          return;
        }
        judge.checkInside(i, demand, value.get(i));
      }
    };
  }

  /** Followed when it is needed: it may lead to what it is a part of. */
  private SchemaDemand reference(String reference) {
    return (value, judge) -> {
      judge.spend(1);
      resolve(reference).check(value, judge);
    };
  }

  private SchemaDemand resolve(String reference) {
    SchemaDemand known = references.get(reference);
    if (known != null) {
      return known;
    }
    JsonNode schema = root;
    if (!reference.equals("#")) {
      if (!reference.startsWith("#/")) {
        throw SchemaJudge.cannotJudge(); // it leads out of the schema, or to an anchor
      }
      String place =
          URLDecoder.decode(reference.substring(1).replace("+", "%2B"), StandardCharsets.UTF_8);
      schema = root.at(place);
    }
    if (!schema.isObject() && !schema.isBoolean()) {
      throw SchemaJudge.cannotJudge(); // it leads nowhere
    }
    SchemaDemand found = rule(schema);
    references.put(reference, found);
    return found;
  }

  private static SchemaDemand anyOf(List<SchemaDemand> alternatives) {
    return (value, judge) -> {
      for (SchemaDemand each : alternatives) {
        if (judge.fits(each, value)) {
          return;
        }
      }
      if (judge.isSilent() || alternatives.isEmpty()) {
        judge.fault("fits none of the alternatives");
      } else {
        alternatives.forEach(each -> each.check(value, judge)); // for the words
      }
    };
  }

  private static SchemaDemand allOf(List<SchemaDemand> all) {
    return (value, judge) -> {
      for (int i = 0; i < all.size() && !judge.isDecided(); i++) {
        all.get(i).check(value, judge);
      }
    };
  }

  private static SchemaDemand not(SchemaDemand demand) {
    return (value, judge) -> {
      if (judge.fits(demand, value)) {
        judge.fault("is what the schema excludes");
      }
    };
  }

  private static SchemaDemand contains(SchemaDemand demand) {
    return (value, judge) -> {
      if (!value.isArray()) {
        return;
      }
      for (JsonNode item : value) {
        if (judge.fits(demand, item)) {
          return;
        }
      }
      judge.fault("no item is what the schema demands of one");
    };
  }

  private SchemaDemand condition(JsonNode schema) {
    SchemaDemand condition = rule(schema.path("if"));
    SchemaDemand then = schema.has("then") ? rule(schema.path("then")) : null;
    SchemaDemand otherwise = schema.has("else") ? rule(schema.path("else")) : null;
    return (value, judge) -> {
      SchemaDemand next = judge.fits(condition, value) ? then : otherwise;
      if (next != null) {
        next.check(value, judge);
      }
    };
  }

  private static SchemaDemand names(SchemaDemand demand) {
    return (value, judge) -> {
      for (Map.Entry<String, JsonNode> field : value.properties()) {
        judge.spend(1);
        judge.checkInside(field.getKey(), demand, TextNode.valueOf(field.getKey()));
      }
    };
  }

  private static SchemaDemand required(Set<String> names) {
    return (value, judge) -> {
      if (value.isObject()) {
        judge.spend(names.size());
        for (String name : names) {
          if (!value.has(name)) {
            judge.fault("the field \"" + SchemaJudge.shortened(name) + "\" is missing");
          }
        }
      }
    };
  }
}
