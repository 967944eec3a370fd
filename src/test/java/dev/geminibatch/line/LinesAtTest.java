package dev.geminibatch.line;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinesAtTest {
  @TempDir Path folder;

  @Test
  void a_line_is_copied_as_it_is_read_whatever_its_length_end_and_order() throws IOException {
    Random random = new Random(1);
    List<Integer> offsets = new ArrayList<>();
    StringBuilder content = new StringBuilder();
    for (int i = 0; i < 400; i++) {
      offsets.add(content.length());
      int length = i % 50 == 7 ? 300_000 : random.nextInt(3_000);
      content.append(Integer.toString(i % 10).repeat(length)).append(i % 3 == 0 ? "\r\n" : "\n");
    }
    content.append("the last");
    Path file = Files.writeString(folder.resolve("lines"), content);
    List<Integer> mixed = new ArrayList<>(offsets);
    mixed.add(content.length() - "the last".length());
    Collections.shuffle(mixed, random);

    try (LinesAt lines = new LinesAt(file);
        LinesAt others = new LinesAt(file)) {
      for (List<Integer> order : List.of(offsets, mixed)) {
        for (int offset : order) {
          ByteArrayOutputStream out = new ByteArrayOutputStream();
          lines.copy(offset, out);
          assertThat(out.toString(UTF_8)).isEqualTo(new String(others.read(offset), UTF_8) + "\n");
        }
      }
    }
  }
}
