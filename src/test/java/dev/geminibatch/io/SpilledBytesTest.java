package dev.geminibatch.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpilledBytesTest {
  @TempDir Path folder;

  @Test
  void a_few_bytes_need_no_file() throws IOException {
    Path file = folder.resolve("rows");
    try (SpilledBytes bytes = new SpilledBytes(file)) {
      bytes.write("few".getBytes());

      assertThat(copied(bytes)).isEqualTo("few");
      assertThat(file).doesNotExist();
    }
  }

  @Test
  void many_bytes_go_through_a_file_which_is_removed() throws IOException {
    Path file = folder.resolve("rows");
    String row = "r".repeat(999) + "\n";
    try (SpilledBytes bytes = new SpilledBytes(file)) {
      for (int i = 0; i < 100; i++) {
        bytes.write(row.getBytes());
      }

      assertThat(copied(bytes)).isEqualTo(row.repeat(100));
      assertThat(file).exists();
    }
    assertThat(file).doesNotExist();
  }

  @Test
  void what_a_killed_process_has_left_is_removed() throws IOException {
    Path file = Files.writeString(folder.resolve("rows"), "left");

    new SpilledBytes(file).close();

    assertThat(file).doesNotExist();
  }

  private static String copied(SpilledBytes bytes) throws IOException {
    ByteArrayOutputStream copy = new ByteArrayOutputStream();
    bytes.copyTo(copy);
    return copy.toString();
  }
}
