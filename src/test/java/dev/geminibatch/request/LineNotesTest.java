package dev.geminibatch.request;

import static dev.geminibatch.testkit.Samples.correction;
import static dev.geminibatch.testkit.Samples.nativeLine;
import static dev.geminibatch.testkit.Samples.validation;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LineNotesTest {
  private static final String SCHEMA =
      "{\"key\":%s,\"request\":{\"contents\":[{\"parts\":[{\"text\":\"x\"}]}],\"generationConfig\":"
          + "{\"responseMimeType\":\"application/json\",\"responseSchema\":{\"type\":\"%s\"}}}}";

  @TempDir Path folder;
  private final RequestReader requests = new RequestReader();

  @Test
  void a_line_that_was_noted_is_what_it_would_be_if_it_were_parsed_again() throws IOException {
    List<Line> lines =
        lines(
            nativeLine("a", "some text"),
            nativeLine("größer 日本", "größer"),
            SCHEMA.formatted("17", "OBJECT"),
            SCHEMA.formatted("\"s\"", "STRING"),
            "{\"request\":{\"contents\":[{\"parts\":[{\"text\":\"no key\"}]}]}}");
    try (LineNotes.Reader notes = noted(lines).open()) {
      for (Line line : lines) {
        BatchRequest parsed = (BatchRequest) requests.read(line);
        BatchRequest recalled = notes.next().recall(line);
        assertThat(recalled).isEqualTo(parsed);
        assertThat(wire(recalled)).isEqualTo(wire(parsed));
      }
    }
  }

  @Test
  void a_line_with_anything_unusual_is_to_be_parsed_again() throws IOException {
    List<Line> lines =
        lines(
            correction("with a tag", "a.png"),
            validation("with edits"),
            "not JSON",
            nativeLine("escaped \\u0041", "x"),
            "{\"key\":\"extra\",\"mine\":1,\"request\":{\"contents\":[{\"parts\":[{\"text\":\"x\"}]}]}}",
            SCHEMA.formatted("1", "x".repeat(20_000)));
    try (LineNotes.Reader notes = noted(lines).open()) {
      for (Line line : lines) {
        assertThat(notes.next()).as(new String(line.bytes(), UTF_8)).isNull();
      }
    }
  }

  @Test
  void more_different_schemas_than_are_kept_do_no_harm() throws IOException {
    List<Line> lines = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      lines.addAll(lines(SCHEMA.formatted(i, "TYPE" + i % 150)));
    }
    int recalled = 0;
    try (LineNotes.Reader notes = noted(lines).open()) {
      for (Line line : lines) {
        LineNotes.Note note = notes.next();
        if (note != null) {
          recalled++;
          assertThat(note.recall(line)).isEqualTo(requests.read(line));
        }
      }
    }
    assertThat(recalled).isBetween(100, 200);
  }

  private LineNotes noted(List<Line> lines) throws IOException {
    LineNotes.Writer notes = new LineNotes.Writer(folder.resolve("notes"));
    for (Line line : lines) {
      notes.add(requests.read(line));
    }
    return notes.notes();
  }

  private static List<Line> lines(String... texts) {
    List<Line> lines = new ArrayList<>();
    for (String text : texts) {
      byte[] bytes = text.getBytes(UTF_8);
      lines.add(new Line(lines.size() + 1, 0, bytes, bytes.length));
    }
    return lines;
  }

  private static String wire(BatchRequest request) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    WireLine.write(request, request.key().wireJson(), tag -> null, out);
    return out.toString(UTF_8);
  }
}
