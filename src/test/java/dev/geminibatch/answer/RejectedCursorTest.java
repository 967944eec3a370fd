package dev.geminibatch.answer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.geminibatch.job.Rejection;
import dev.geminibatch.line.ProblemCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RejectedCursorTest {
  private static final int LINES = 60;

  @TempDir private Path folder;

  /** Every third line, with reasons of all lengths. */
  private Path file(int lines) throws IOException {
    StringBuilder text = new StringBuilder();
    for (int line = 3; line <= lines; line += 3) {
      String why = "x".repeat(line * line % 131);
      text.append(
              new ObjectMapper()
                  .writeValueAsString(
                      new Rejection(line, 10L * line, 10, ProblemCode.FILE_GONE.problem(why))))
          .append('\n');
    }
    return Files.writeString(folder.resolve("rejected"), text);
  }

  @Test
  void it_begins_at_any_line() throws IOException {
    Path file = file(LINES);

    for (int from = 0; from <= LINES; from++) {
      try (RejectedCursor cursor = new RejectedCursor(file, 1, from)) {
        assertThat(cursor.advance()).isTrue();
        assertThat(cursor.line()).isEqualTo(Math.max(3, (from + 2) / 3 * 3));
      }
    }
  }

  @Test
  void it_ends_after_the_last_one() throws IOException {
    for (int lines : new int[] {0, 3, LINES}) {
      try (RejectedCursor cursor = new RejectedCursor(file(lines), 1, lines + 1)) {
        assertThat(cursor.advance()).isFalse();
      }
    }
  }
}
