package dev.geminibatch.io;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;

/**
 * The two spellings of a field of the service's JSON: {@code displayName} is documented, {@code
 * display_name} is taken and sometimes sent as well.
 */
public final class FieldNames {
  private FieldNames() {}

  /** The spelling of a name in either case that is documented. */
  public static String camel(String name) {
    if (name.indexOf('_') < 0) {
      return name;
    }
    StringBuilder camel = new StringBuilder();
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean joint = c == '_' && i + 1 < name.length();
      camel.append(joint ? Character.toUpperCase(name.charAt(++i)) : c);
    }
    return camel.toString();
  }

  /** The other spelling of a name in camel case. */
  public static String snake(String name) {
    StringBuilder snake = new StringBuilder();
    for (char c : name.toCharArray()) {
      if (c >= 'A' && c <= 'Z') {
        snake.append('_').append(Character.toLowerCase(c));
      } else {
        snake.append(c);
      }
    }
    return snake.toString();
  }

  /**
   * A field in either spelling; a missing node if there is none, or only null.
   *
   * @param name in camel case
   */
  public static JsonNode either(JsonNode object, String name) {
    JsonNode field = object.path(name);
    if (field.isMissingNode() || field.isNull()) {
      field = object.path(snake(name));
    }
    return field.isNull() ? MissingNode.getInstance() : field;
  }
}
