package dev.geminibatch.answer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.line.Line;
import dev.geminibatch.line.LineReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** It finds the same lines as the reader that sends them. */
class InputCursorTest {
  @TempDir private Path folder;

  private Path file(String content) throws IOException {
    return Files.write(folder.resolve("x"), content.getBytes(StandardCharsets.UTF_8));
  }

  private static List<String> read(Path file, long from) throws IOException {
    List<String> found = new ArrayList<>();
    try (InputCursor cursor = new InputCursor(file, from)) {
      while (cursor.advance()) {
        found.add(cursor.line() + " at " + cursor.offset());
      }
    }
    return found;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\n",
        "a",
        "a\nb",
        "a\r\n\r\n \t\nb\n",
        "\uFEFFa\nb\n",
        "\uFEFF\na",
        "   a\n \n"
      })
  void it_counts_and_leaves_out_blank_lines_alike(String content) throws IOException {
    Path file = file(content + "x".repeat(300_000) + "\n\n" + content);
    List<String> expected = new ArrayList<>();
    try (LineReader lines = LineReader.open(file, LineReader.MAX_LINE_BYTES)) {
      while (lines.hasNext()) {
        Line line = lines.next();
        expected.add(line.number() + " at " + line.offset());
      }
    }

    assertThat(read(file, 1)).isEqualTo(expected);
    assertThat(read(file, 2))
        .isEqualTo(expected.stream().filter(line -> !line.startsWith("1 ")).toList());
  }

  @Test
  void it_stops_where_it_would_take_too_long() throws IOException {
    try (InputCursor cursor = new InputCursor(file("a\n".repeat(100)), 60)) {
      assertThat(cursor.advance(50)).isFalse();
      assertThat(cursor.end()).isEqualTo(50);
      assertThat(cursor.line()).isEqualTo(25);
    }
  }
}
