package dev.geminibatch.stage.receive;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.io.TextFile;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.line.AnswerFormat;
import dev.geminibatch.settings.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/** What is asked about each picture of an inbox for pictures. */
public final class PictureRequest {
  /** Stands for the picture's name in the prompt. */
  static final String NAME = "{{file}}";

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final String prompt;
  private final Optional<JsonNode> schema;

  private PictureRequest(String prompt, Optional<JsonNode> schema) {
    this.prompt = prompt;
    this.schema = schema;
  }

  /**
   * Reads prompt and schema.
   *
   * @throws UsageException when the schema is not a JSON object, or the prompt is empty
   */
  public static PictureRequest read(Settings.Pictures settings) throws IOException {
    String prompt = TextFile.read(settings.prompt()).strip();
    if (prompt.isEmpty()) {
      throw new UsageException(
          settings.prompt() + " is empty; write what is to be done with each picture.");
    }
    Optional<JsonNode> schema = Optional.empty();
    if (settings.schema().isPresent()) {
      try {
        schema = Optional.of(MAPPER.readTree(settings.schema().get().toFile()));
      } catch (JsonProcessingException e) {
        throw new UsageException(
            settings.schema().get() + " is not JSON: " + e.getOriginalMessage());
      }
      if (!schema.get().isObject()) {
        throw new UsageException(
            settings.schema().get()
                + " is not a schema; write an object such as {\"type\":\"OBJECT\"}.");
      }
    }
    return new PictureRequest(prompt, schema);
  }

  /**
   * The line for a picture, line end included.
   *
   * @param name its path below the media root, which becomes the key
   */
  public byte[] line(String name) throws IOException {
    ObjectNode line = MAPPER.createObjectNode().put("key", name);
    ObjectNode request = line.putObject("request");
    ObjectNode turn = request.putArray("contents").addObject().put("role", "user");
    turn.putArray("parts")
        .add(MAPPER.createObjectNode().put("text", prompt.replace(NAME, name)))
        .add(MAPPER.createObjectNode().put("text", "[[FILE:" + name + "]]"));
    schema.ifPresent(
        node ->
            request
                .putObject("generationConfig")
                .put("responseMimeType", AnswerFormat.JSON)
                .set(isJsonSchema(node) ? "responseJsonSchema" : "responseSchema", node));
    return (MAPPER.writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /** The service has a schema language of its own, whose types are upper case. */
  private static boolean isJsonSchema(JsonNode schema) {
    String type = schema.path("type").asText();
    return schema.has("$schema")
        || schema.has("$defs")
        || !type.equals(type.toUpperCase(Locale.ROOT));
  }
}
