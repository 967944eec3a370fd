package dev.geminibatch.line;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.geminibatch.io.UsageException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a request gets that it does not say itself.
 *
 * @param generationConfig fields of {@code generationConfig} with their JSON
 * @param systemInstruction {@code systemInstruction} as JSON
 */
public record RequestDefaults(
    Map<String, String> generationConfig, Optional<String> systemInstruction) {

  /** Requests stay as they are. */
  public static final RequestDefaults NONE = new RequestDefaults(Map.of(), Optional.empty());

  /**
   * What is set.
   *
   * @param generationConfig as JSON
   * @param systemInstruction as text
   * @throws UsageException when the configuration is not a JSON object
   */
  public static RequestDefaults of(
      Optional<String> generationConfig, Optional<String> systemInstruction) {
    Map<String, String> fields = new LinkedHashMap<>();
    generationConfig.ifPresent(
        json ->
            object(json)
                .properties()
                .forEach(field -> fields.put(field.getKey(), field.getValue().toString())));
    return new RequestDefaults(
        fields,
        systemInstruction.map(text -> "{\"parts\":[{\"text\":" + WireLine.quote(text) + "}]}"));
  }

  private static JsonNode object(String json) {
    String wrong = "it is not a JSON object";
    try {
      JsonNode node = new ObjectMapper().readTree(json);
      if (node.isObject()) {
        return node;
      }
    } catch (JsonProcessingException e) {
      wrong = e.getOriginalMessage().replaceAll("(?s) ?[(]start marker.*| ?\\[Source.*", "");
    }
    throw new UsageException(
        "request.generation-config is \""
            + json
            + "\": "
            + wrong
            + "; write for example {\"temperature\":0.2}, or file:PATH.");
  }
}
