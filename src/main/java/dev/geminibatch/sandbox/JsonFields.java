package dev.geminibatch.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** Reads fields under either of their names, as the service does. */
final class JsonFields {
  private static final Pattern CAPITAL = Pattern.compile("[A-Z]");

  /** Only names that the code asks for get here. */
  private static final Map<String, String> SNAKES = new ConcurrentHashMap<>();

  private JsonFields() {}

  /**
   * The field, or a missing node.
   *
   * @param name in camel case; the name in snake case is as good
   */
  static JsonNode field(JsonNode object, String name) {
    if (object.has(name)) {
      return object.path(name);
    }
    return object.has(snake(name)) ? object.path(snake(name)) : MissingNode.getInstance();
  }

  /** The text of a field, or nothing. */
  static String text(JsonNode object, String name) {
    return field(object, name).asText("");
  }

  static boolean isNamed(String found, String name) {
    return found.equals(name) || found.equals(snake(name));
  }

  static String snake(String name) {
    return SNAKES.computeIfAbsent(
        name, camel -> CAPITAL.matcher(camel).replaceAll("_$0").toLowerCase(Locale.ROOT));
  }
}
