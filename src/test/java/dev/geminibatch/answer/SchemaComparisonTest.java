package dev.geminibatch.answer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Our reading of JSON Schema beside that of a validator which everybody uses. */
class SchemaComparisonTest {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final List<String> NAMES = List.of("a", "b", "ab", "x1", "");
  private static final List<String> TYPES =
      List.of("string", "number", "integer", "boolean", "array", "object", "null");
  private static final List<String> PATTERNS = List.of("^a", "b$", "[0-9]+", "^$", "a|x");

  private final Random random = new Random(17);

  @Test
  void answers_fit_the_schemas_that_they_fit_elsewhere() throws Exception {
    SchemaRegistry registry = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
    int misfits = 0;
    for (int i = 0; i < 3_000; i++) {
      ObjectNode json = schema(3);
      json.set("$defs", JSON.objectNode().set("d", schema(0)));
      JsonNode schema = GeminiSchema.toJsonSchema(json);
      Schema elsewhere = registry.getSchema(schema);
      AnswerSchema own = new AnswerSchema(schema);
      for (int k = 0; k < 20; k++) {
        JsonNode value = new ObjectMapper().readTree(value(3).toString());
        SchemaJudge judge = new SchemaJudge(SchemaWork.MOST_STEPS);
        own.check(value, judge);
        List<Error> errors = elsewhere.validate(value);
        assertThat(judge.isGood())
            .as("%s against %s: %s, or %s", value, schema, judge.inWords(), errors)
            .isEqualTo(errors.isEmpty());
        misfits += errors.isEmpty() ? 0 : 1;
      }
    }
    assertThat(misfits).isBetween(6_000, 54_000);
  }

  private ObjectNode schema(int depth) {
    ObjectNode schema = JSON.objectNode();
    int keywords = random.nextInt(4);
    for (int i = 0; i < keywords; i++) {
      add(schema, depth);
    }
    return schema;
  }

  private void add(ObjectNode schema, int depth) {
    switch (random.nextInt(depth > 0 ? 27 : 14)) {
      case 0, 1 -> schema.put("type", pick(TYPES));
      case 2 -> schema.putArray("type").add(pick(TYPES)).add("null");
      case 3 -> schema.putArray("enum").add(value(1)).add(value(1)).add(value(0));
      case 4 -> schema.put("minimum", random.nextInt(4));
      case 5 -> schema.put("exclusiveMaximum", random.nextInt(4) + 0.5);
      case 6 -> schema.put("minLength", random.nextInt(3));
      case 7 -> schema.put("maxLength", random.nextInt(3));
      case 8 -> schema.put("pattern", pick(PATTERNS));
      case 9 -> schema.put("maxItems", random.nextInt(3));
      case 10 -> schema.put("minItems", random.nextInt(3));
      case 11 -> schema.put("maxProperties", random.nextInt(3));
      case 12 -> schema.putArray("required").add(pick(NAMES));
      case 13 -> schema.put("exclusiveMinimum", random.nextInt(4));
      case 14, 15 -> fields(schema.putObject("properties"), NAMES, depth);
      case 16 -> fields(schema.putObject("patternProperties"), PATTERNS, depth);
      case 17 -> schema.set("additionalProperties", some(depth));
      case 18 -> schema.set("items", some(depth));
      case 19 -> schema.putArray("prefixItems").add(some(depth)).add(some(depth));
      case 20 -> schema.putArray("anyOf").add(some(depth)).add(some(depth));
      case 21 -> schema.putArray("allOf").add(some(depth)).add(some(depth));
      case 22 -> schema.set("not", some(depth));
      case 23 -> schema.set("contains", some(depth));
      case 24 -> schema.set("propertyNames", some(depth));
      case 25 -> schema.put("$ref", "#/$defs/d");
      default -> {
        schema.set("if", some(depth));
        schema.set("then", some(depth));
        schema.set("else", some(depth));
      }
    }
  }

  private void fields(ObjectNode fields, List<String> names, int depth) {
    fields.set(pick(names), some(depth));
    fields.set(pick(names), some(depth));
  }

  private JsonNode some(int depth) {
    return random.nextInt(6) == 0 ? JSON.booleanNode(random.nextBoolean()) : schema(depth - 1);
  }

  private JsonNode value(int depth) {
    switch (random.nextInt(depth > 0 ? 9 : 6)) {
      case 0 -> {
        return JSON.numberNode(random.nextInt(4));
      }
      case 1 -> {
        return JSON.numberNode(random.nextInt(8) / 2.0);
      }
      case 2 -> {
        return JSON.booleanNode(random.nextBoolean());
      }
      case 3 -> {
        return JSON.nullNode();
      }
      case 4, 5 -> {
        return JSON.textNode(random.nextBoolean() ? pick(NAMES) : "1");
      }
      case 6 -> {
        ArrayNode list = JSON.arrayNode();
        for (int i = random.nextInt(4); i > 0; i--) {
          list.add(value(depth - 1));
        }
        return list;
      }
      default -> {
        ObjectNode object = JSON.objectNode();
        for (int i = random.nextInt(4); i > 0; i--) {
          object.set(pick(NAMES), value(depth - 1));
        }
        return object;
      }
    }
  }

  private <T> T pick(List<T> from) {
    return from.get(random.nextInt(from.size()));
  }
}
