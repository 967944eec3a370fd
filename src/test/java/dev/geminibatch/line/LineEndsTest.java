package dev.geminibatch.line;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LineEndsTest {
  @TempDir Path folder;

  private long last(String content, long from, long mostLines, long mostBytes) throws IOException {
    try (FileChannel file = FileChannel.open(Files.writeString(folder.resolve("x"), content))) {
      return LineEnds.last(file, from, mostLines, mostBytes);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "aa|bb|cc|, 0, 9, 99, 8",
    "aa|bb|cc, 0, 9, 99, 8",
    "aa|bb|cc||||, 0, 9, 99, 8",
    "aa|bb|cc|, 3, 9, 99, 8",
    "aa|bb|cc|, 0, 2, 99, 5",
    "aa|bb|cc, 0, 2, 99, 5",
    "aa|bb|cc|, 0, 9, 9, 8",
    "aa|bb|cc|, 0, 9, 8, 5",
    "aa|bb|cc, 0, 9, 8, 5",
    "aa|bb|cc, 0, 9, 2, 0",
    "||aa|, 0, 9, 99, 4",
    "'', 0, 9, 99, 0"
  })
  void the_last_line_is_the_one_before_the_limit_or_the_end(
      String lines, long from, long mostLines, long mostBytes, long end) throws IOException {
    assertThat(last(lines.replace('|', '\n'), from, mostLines, mostBytes)).isEqualTo(end);
  }

  @Test
  void a_line_may_be_longer_than_a_look() throws IOException {
    String line = "x".repeat(600_000) + "\n";
    assertThat(last(line.repeat(3), 0, 2, Long.MAX_VALUE)).isEqualTo(2 * line.length() - 1);
    assertThat(last(line.repeat(3), 0, 9, 2 * line.length())).isEqualTo(2 * line.length() - 1);
  }
}
