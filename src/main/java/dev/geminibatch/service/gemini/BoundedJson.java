package dev.geminibatch.service.gemini;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.io.InputStream;

/**
 * Reads JSON of the service into memory, and gives up when it would take too much of it: sixteen
 * megabytes of {@code {}} are a gigabyte of objects. How deep it may be nested, Jackson limits.
 */
final class BoundedJson {
  /**
   * Of all values together, about a hundred bytes of memory each; sixteen million characters, if it
   * is a single text. Some errors name the lines of a whole job.
   */
  private static final int MOST_WEIGHT = 1_000_000;

  private static final int CONTAINER_WEIGHT = 4;
  private static final int CHARACTERS_OF_WEIGHT = 16;

  private static final JsonFactory FACTORY = new JsonFactory();

  private static final ObjectMapper MAPPER = new ObjectMapper(FACTORY);

  /** Reads some fields otherwise. */
  @FunctionalInterface
  interface FieldReader {
    /**
     * Takes the value that the parser is at, or leaves it.
     *
     * @return null to have it read like any other; a missing node to leave it out
     */
    JsonNode read(String name, JsonParser parser) throws IOException;
  }

  private final JsonParser parser;
  private final FieldReader fields;
  private int weight;

  private BoundedJson(JsonParser parser, FieldReader fields) {
    this.parser = parser;
    this.fields = fields;
  }

  static JsonParser parser(InputStream in) throws IOException {
    return FACTORY.createParser(in);
  }

  /** Reads all there is; nothing at all is an empty object. */
  static JsonNode read(InputStream in) throws IOException {
    return read(in, (name, parser) -> null);
  }

  /** As {@link #read(InputStream)}, with some fields read otherwise. */
  static JsonNode read(InputStream in, FieldReader fields) throws IOException {
    try (JsonParser parser = parser(in)) {
      return parser.nextToken() == null
          ? JsonNodeFactory.instance.objectNode()
          : new BoundedJson(parser, fields).value();
    }
  }

  /** Reads the value that a parser is at. */
  static JsonNode value(JsonParser parser) throws IOException {
    return new BoundedJson(parser, (name, at) -> null).value();
  }

  private JsonNode value() throws IOException {
    JsonToken token = parser.currentToken();
    if (token == JsonToken.START_ARRAY) {
      weigh(CONTAINER_WEIGHT);
      ArrayNode array = JsonNodeFactory.instance.arrayNode();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        array.add(value());
      }
      return array;
    }
    if (token == JsonToken.START_OBJECT) {
      weigh(CONTAINER_WEIGHT);
      return object();
    }
    if (token == JsonToken.VALUE_STRING) {
      String text = parser.getText();
      weigh(1 + text.length() / CHARACTERS_OF_WEIGHT);
      return TextNode.valueOf(text);
    }
    weigh(1);
    return MAPPER.readTree(parser);
  }

  private ObjectNode object() throws IOException {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      weigh(1 + name.length() / CHARACTERS_OF_WEIGHT);
      parser.nextToken();
      JsonNode special = fields.read(name, parser);
      if (special == null) {
        object.set(name, value());
      } else if (!special.isMissingNode()) {
        object.set(name, special);
      }
    }
    return object;
  }

  private void weigh(int more) throws OddAnswer {
    weight += more;
    if (weight > MOST_WEIGHT) {
      throw new OddAnswer("The service's answer holds more than can be of use");
    }
  }
}
