package dev.geminibatch.line;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.geminibatch.testkit.ScratchFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/** Any bytes as a file of lines. */
@Tag("fuzz")
@Timeout(10)
class LineReaderFuzzTest {
  private static final int MOST_BYTES = 40;
  private static final String MARK = new String(new byte[] {-17, -69, -65}, ISO_8859_1);

  private static ScratchFolder folder;

  @BeforeAll
  static void open() throws IOException {
    folder = new ScratchFolder();
  }

  @AfterAll
  static void close() throws IOException {
    folder.close();
  }

  @FuzzTest
  void a_file_is_cut_at_its_line_ends_and_nowhere_else(byte[] content) throws IOException {
    Path file = Files.write(folder.path().resolve("x.jsonl"), content);

    List<String> once = lines(file);

    assertThat(once).isEqualTo(expected(new String(content, ISO_8859_1))).isEqualTo(lines(file));
  }

  private static List<String> lines(Path file) throws IOException {
    List<String> lines = new ArrayList<>();
    try (LineReader reader = LineReader.open(file, MOST_BYTES)) {
      while (reader.hasNext()) {
        Line line = reader.next();
        lines.add(
            described(
                line.number(),
                line.offset(),
                line.isTooLong() ? "too long" : new String(line.bytes(), ISO_8859_1)));
      }
    }
    return lines;
  }

  private static List<String> expected(String content) {
    List<String> lines = new ArrayList<>();
    int from = content.startsWith(MARK) ? MARK.length() : 0;
    long number = 0;
    for (String line : content.substring(from).split("\n", -1)) {
      number++;
      String text = line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
      if (text.length() > MOST_BYTES) {
        lines.add(described(number, from, "too long"));
      } else if (!text.matches("[ \t\r]*")) {
        lines.add(described(number, from, text));
      }
      from += line.length() + 1;
    }
    return lines;
  }

  private static String described(long number, long offset, String text) {
    return number + " at " + offset + ": " + text;
  }
}
