package dev.geminibatch.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Reads what was delivered. */
public record Outbox(Path folder) {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  public List<JsonNode> results(String stem) {
    return lines(folder.resolve(stem + "-batch-results.jsonl"));
  }

  public List<JsonNode> errors(String stem) {
    return lines(folder.resolve(stem + "-batch-errors.jsonl"));
  }

  public JsonNode report(String stem) {
    return lines(folder.resolve(stem + "-batch-report.json"), true).get(0);
  }

  /** The keys of some lines as they stand in the file. */
  public static List<String> keys(List<JsonNode> lines) {
    return lines.stream().map(line -> line.path("key").asText()).toList();
  }

  /** What the sandbox says a result was made from: the hashes of the files of its request. */
  public static List<String> fileHashes(JsonNode result) {
    return result.at("/response/sandbox/files").findValuesAsText("sha256");
  }

  public static List<JsonNode> lines(Path file) {
    return lines(file, false);
  }

  private static List<JsonNode> lines(Path file, boolean whole) {
    try {
      List<String> texts = whole ? List.of(Files.readString(file)) : Files.readAllLines(file);
      return texts.stream().map(Outbox::json).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode json(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(text, e);
    }
  }
}
