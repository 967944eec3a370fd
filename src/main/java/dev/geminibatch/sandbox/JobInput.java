package dev.geminibatch.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.line.Line;
import dev.geminibatch.line.LineReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The requests of a job, a line each, checked as the service does before it takes a job.
 *
 * @param name of the file that they came in; empty for requests that came with the call
 * @param tokens that they put in, estimated
 */
record JobInput(Optional<String> name, Path content, long requests, long tokens) {
  /** Of an input or an answer. */
  static final int LONGEST_LINE = 1 << 30;

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final long CHECKED_AT_ONCE = 4 << 20;

  /** Reads every line of a file. */
  static JobInput ofFile(String name, Path content) throws IOException {
    StringBuilder problems = new StringBuilder();
    long count = 0;
    long tokens = 0;
    try (LineReader lines = LineReader.open(content, LONGEST_LINE)) {
      while (lines.hasNext()) {
        List<Line> some = some(lines);
        count += some.size();
        List<InputCheck> checks = some.parallelStream().map(InputCheck::of).toList();
        for (int i = 0; i < some.size(); i++) {
          String problem = checks.get(i).problem();
          tokens += checks.get(i).tokens();
          if (problem != null) {
            problems.append(refused(some.get(i), problem));
          }
        }
      }
    }
    if (count == 0) {
      problems.append("The input file holds no request.\n");
    }
    if (!problems.isEmpty()) {
      throw new ApiError(400, problems.toString().strip());
    }
    return new JobInput(Optional.of(name), content, count, tokens);
  }

  private static String refused(Line line, String problem) {
    return "Error on line " + line.number() + ": " + problem + "\n";
  }

  /** Lines to check at once. */
  private static List<Line> some(LineReader lines) {
    List<Line> some = new ArrayList<>();
    for (long bytes = 0; bytes < CHECKED_AT_ONCE && lines.hasNext(); ) {
      Line line = lines.next();
      bytes += line.bytes().length;
      some.add(line);
    }
    return some;
  }

  /**
   * Takes the requests that came with the call.
   *
   * @param content where they are kept
   */
  static JobInput ofRequests(JsonNode requests, Path content) throws IOException {
    if (requests.isEmpty()) {
      throw new ApiError(400, "* BatchGenerateContentRequest.batch.input_config: it is empty.");
    }
    long tokens = 0;
    int index = 0;
    List<ObjectNode> lines = new ArrayList<>(requests.size());
    for (JsonNode each : requests) {
      ObjectNode line = JsonNodeFactory.instance.objectNode();
      if (each.path("metadata").isObject()) {
        line.set("metadata", each.path("metadata"));
      }
      line.set("request", each.path("request"));
      InputCheck check = InputCheck.of(line.toString().getBytes(StandardCharsets.UTF_8));
      if (check.problem() != null) {
        throw new ApiError(
            400,
            "Invalid value at 'batch.input_config.requests.requests["
                + index
                + "].request': "
                + check.problem().replaceFirst("^invalid JSON, near column \\d+: ", ""));
      }
      tokens += check.tokens();
      lines.add(line);
      index++;
    }
    try (BufferedWriter out = Files.newBufferedWriter(content)) {
      for (ObjectNode line : lines) {
        out.write(MAPPER.writeValueAsString(line));
        out.write('\n');
      }
    }
    return new JobInput(Optional.empty(), content, index, tokens);
  }

  boolean isInline() {
    return name.isEmpty();
  }

  /** The numbers of the lines that have a text, at most as many as fit into a message. */
  List<Long> linesWith(String text) throws IOException {
    List<Long> found = new ArrayList<>();
    try (LineReader lines = LineReader.open(content, LONGEST_LINE)) {
      while (lines.hasNext() && found.size() < 1000) {
        Line line = lines.next();
        if (new String(line.bytes(), StandardCharsets.UTF_8).contains(text)) {
          found.add(line.number());
        }
      }
    }
    return found;
  }
}
