package dev.geminibatch.line;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LineReaderTest {
  @TempDir Path folder;

  @Test
  void mark_carriage_returns_and_blank_lines_are_left_out_and_numbers_stay_physical()
      throws Exception {
    List<Line> lines = read("\uFEFF{a}\r\n\n  \t\r\n{ב}\u2028\n{c}", 100);

    assertThat(lines).extracting(LineReaderTest::text).containsExactly("{a}", "{ב}\u2028", "{c}");
    assertThat(lines).extracting(Line::number).containsExactly(1L, 4L, 5L);
  }

  @Test
  void offsets_point_to_the_line_in_the_file() throws Exception {
    byte[] content = bytes("\uFEFF{a}\r\n{b}\n\n{c}\n");
    List<Line> lines = read(content, 100);

    for (Line line : lines) {
      assertThat(new String(content, (int) line.offset(), line.bytes().length, UTF_8))
          .isEqualTo(text(line));
    }
    assertThat(lines).hasSize(3);
  }

  @Test
  void an_empty_file_and_a_file_of_blank_lines_have_no_lines() throws Exception {
    assertThat(read("", 10)).isEmpty();
    assertThat(read("\uFEFF", 10)).isEmpty();
    assertThat(read("\n\r\n  \n", 10)).isEmpty();
  }

  @Test
  void a_line_longer_than_the_buffer_arrives_whole() throws Exception {
    String longLine = "x".repeat(1_000_000);

    List<Line> lines = read("a\n" + longLine + "\r\nb", 1_000_000);

    assertThat(lines).extracting(LineReaderTest::text).containsExactly("a", longLine, "b");
    assertThat(lines).noneMatch(Line::isTooLong);
  }

  @Test
  void lines_arrive_whole_wherever_the_buffer_ends() throws Exception {
    for (String lastLineEnd : List.of("", "\n")) {
      List<String> texts = new ArrayList<>();
      for (int i = 0; i < 2_000; i++) {
        texts.add(i + "x".repeat(i * 37 % 991) + (i % 400 == 7 ? "y".repeat(400_000) : ""));
      }
      byte[] content = bytes("\uFEFF" + String.join("\n", texts) + lastLineEnd);
      Path file = Files.write(folder.resolve("x.jsonl"), content);
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      try (LineReader reader = LineReader.digesting(file, 1_000_000, digest)) {
        for (String text : texts) {
          Line line = reader.next();
          assertThat(text(line)).isEqualTo(text);
          assertThat(new String(content, (int) line.offset(), line.bytes().length, UTF_8))
              .isEqualTo(text);
        }
        assertThat(reader.hasNext()).isFalse();
      }
      assertThat(digest.digest()).isEqualTo(MessageDigest.getInstance("SHA-256").digest(content));
    }
  }

  @Test
  void a_line_over_the_limit_is_marked_and_the_next_one_is_read() throws Exception {
    List<Line> lines = read("a\n" + "x".repeat(700_001) + "\n" + "y".repeat(2_001) + "\nb", 2_000);

    assertThat(lines).extracting(Line::isTooLong).containsExactly(false, true, true, false);
    assertThat(lines).extracting(Line::size).containsExactly(1L, 700_001L, 2_001L, 1L);
    assertThat(lines.get(1).bytes()).hasSize(1024);
  }

  @Test
  void the_digest_sees_every_byte_of_the_file() throws Exception {
    byte[] content = bytes("\uFEFF{a}\r\n\n{b}");
    Path file = Files.write(folder.resolve("x.jsonl"), content);
    MessageDigest digest = MessageDigest.getInstance("SHA-256");

    try (LineReader reader = LineReader.digesting(file, 100, digest)) {
      reader.forEachRemaining(line -> {});
    }

    assertThat(digest.digest()).isEqualTo(MessageDigest.getInstance("SHA-256").digest(content));
  }

  @Test
  void a_closed_reader_has_no_more_lines() throws Exception {
    LineReader reader = LineReader.open(Files.writeString(folder.resolve("x"), "a\nb"), 10);
    reader.next();
    reader.close();

    assertThat(reader.hasNext()).isFalse();
  }

  private List<Line> read(String content, int maxLineBytes) throws IOException {
    return read(bytes(content), maxLineBytes);
  }

  private List<Line> read(byte[] content, int maxLineBytes) throws IOException {
    Path file = Files.write(folder.resolve("input.jsonl"), content);
    List<Line> lines = new ArrayList<>();
    try (LineReader reader = LineReader.open(file, maxLineBytes)) {
      reader.forEachRemaining(lines::add);
    }
    return lines;
  }

  private static String text(Line line) {
    return new String(line.bytes(), UTF_8);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
