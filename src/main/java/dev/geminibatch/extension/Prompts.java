package dev.geminibatch.extension;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/** Changes and makes lines, for users' routes. */
public final class Prompts {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** A line that asks something. */
  public String ask(String key, String text) {
    ObjectNode line = MAPPER.createObjectNode().put("key", key);
    line.putObject("request")
        .putArray("contents")
        .addObject()
        .put("role", "user")
        .putArray("parts")
        .addObject()
        .put("text", text);
    return line.toString();
  }

  /**
   * A line with a text before what its last turn says; a line that is not a request stays as it is,
   * to be reported when it is checked.
   */
  public String before(String line, String text) {
    return with(line, text, true);
  }

  /** As {@link #before}, with the text behind it. */
  public String after(String line, String text) {
    return with(line, text, false);
  }

  private static String with(String line, String text, boolean isBefore) {
    JsonNode root;
    try {
      root = MAPPER.readTree(line);
    } catch (JsonProcessingException e) {
      return line;
    }
    JsonNode request = root.path(root.has("request") ? "request" : "body");
    if (!(request instanceof ObjectNode object)) {
      return line;
    }
    JsonNode contents = object.path("contents");
    if (contents.isTextual() || contents.isObject()) {
      contents = object.putArray("contents").add(contents);
    }
    if (!(contents instanceof ArrayNode turns) || turns.isEmpty()) {
      return line;
    }
    Optional<ArrayNode> parts = parts(turns);
    if (parts.isEmpty()) {
      return line;
    }
    int place = isBefore ? 0 : parts.get().size();
    parts.get().insert(place, MAPPER.createObjectNode().put("text", text));
    return root.toString();
  }

  /** The parts of the last turn of the user; bare parts, without a turn, are the list itself. */
  private static Optional<ArrayNode> parts(ArrayNode turns) {
    for (int i = turns.size() - 1; i >= 0; i--) {
      JsonNode turn = turns.get(i);
      if (turn.path("parts") instanceof ArrayNode parts
          && !turn.path("role").asText().equals("model")) {
        return Optional.of(parts);
      }
    }
    return turns.get(0).has("parts") ? Optional.empty() : Optional.of(turns);
  }
}
