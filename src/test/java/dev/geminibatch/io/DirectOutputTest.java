package dev.geminibatch.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DirectOutputTest {
  private static final int PIECE = 1 << 20;
  private static final int BEGINNING = (int) DirectOutput.BEGINNING;

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      ints = {
        0,
        1,
        BEGINNING - 1,
        BEGINNING,
        BEGINNING + 1,
        BEGINNING + PIECE,
        BEGINNING + 3 * PIECE - 1,
        BEGINNING + 5 * PIECE + 4097
      })
  void a_file_of_any_size_has_what_was_written(int size) throws IOException {
    Path file = folder.resolve("results");

    assertThat(file).hasBinaryContent(write(file, size, 50_000));
  }

  @Test
  void what_is_written_at_once_may_be_longer_than_the_beginning() throws IOException {
    Path file = folder.resolve("results");

    assertThat(file).hasBinaryContent(write(file, BEGINNING + 2 * PIECE + 7, 2 * BEGINNING));
  }

  @Test
  void what_follows_the_beginning_goes_straight_to_the_disk() throws IOException {
    Path file = Files.createFile(folder.resolve("results"));
    Assumptions.assumeTrue(canBeDirect(file));

    try (DirectOutput out = new DirectOutput(file)) {
      out.write(new byte[BEGINNING]);
      assertThat(out.isDirect()).isFalse();
      out.write(1);
      assertThat(out.isDirect()).isTrue();
    }
  }

  private static boolean canBeDirect(Path file) throws IOException {
    try {
      FileChannel.open(file, StandardOpenOption.WRITE, ExtendedOpenOption.DIRECT).close();
      return true;
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  @Test
  void a_file_in_the_memory_of_the_system_has_it_too() throws IOException {
    Path memory = Path.of("/dev/shm");
    Assumptions.assumeTrue(Files.isWritable(memory));
    Path file = Files.createTempFile(memory, "results", "");
    try {
      assertThat(file).hasBinaryContent(write(file, BEGINNING + PIECE + 7, 50_000));
    } finally {
      Files.delete(file);
    }
  }

  @Test
  void a_full_disk_is_said() throws IOException {
    Path full = Path.of("/dev/full");
    Assumptions.assumeTrue(Files.exists(full));

    assertThatIOException()
        .isThrownBy(() -> write(full, BEGINNING + PIECE, 50_000))
        .matches(FullDisk::isMeant);
  }

  /** Writes random bytes, up to so many at a time. */
  private static byte[] write(Path file, int size, int most) throws IOException {
    Random random = new Random(size);
    ByteArrayOutputStream written = new ByteArrayOutputStream(size);
    try (OutputStream out = new DirectOutput(file)) {
      while (written.size() < size) {
        byte[] bytes = new byte[Math.min(size - written.size(), 1 + random.nextInt(most))];
        random.nextBytes(bytes);
        out.write(bytes);
        written.write(bytes);
      }
    }
    return written.toByteArray();
  }
}
