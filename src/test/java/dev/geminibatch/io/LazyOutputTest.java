package dev.geminibatch.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LazyOutputTest {
  @TempDir Path folder;

  @Test
  void without_a_byte_there_is_no_file_not_even_an_earlier_one() throws IOException {
    Path file = Files.writeString(folder.resolve("rejected"), "of an earlier attempt");

    try (LazyOutput out = new LazyOutput(file)) {
      out.write(new byte[0]);
      out.flush();
    }

    assertThat(file).doesNotExist();
  }

  @Test
  void the_first_byte_begins_it() throws IOException {
    Path file = Files.writeString(folder.resolve("rejected"), "of an earlier attempt");

    try (LazyOutput out = new LazyOutput(file)) {
      out.write('a');
      out.write(new byte[] {'b', 'c'});
    }

    assertThat(file).hasContent("abc");
  }
}
