package dev.geminibatch.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GrowingFileTest {
  private static final int PIECE = 300_000;

  @TempDir Path folder;
  private Path file;
  private GrowingFile growing;

  @BeforeEach
  void begin() {
    file = folder.resolve("file");
    growing = new GrowingFile(file);
  }

  @Test
  void it_is_read_while_it_is_written() throws Exception {
    byte[] content = new byte[10 * PIECE + 7];
    new Random(1).nextBytes(content);
    FutureTask<byte[]> reading = reading();

    for (int at = 0; at < content.length; at += PIECE) {
      add(content, at, Math.min(PIECE, content.length - at));
    }
    growing.end();

    assertThat(reading.get()).isEqualTo(content);
  }

  @Test
  void a_short_one_is_read_when_it_is_complete() throws Exception {
    FutureTask<byte[]> reading = reading();
    add(new byte[] {1, 2, 3}, 0, 3);
    growing.end();

    assertThat(reading.get()).containsExactly(1, 2, 3);
  }

  @Test
  void nothing_counts_of_one_that_is_begun_again() throws Exception {
    byte[] content = new byte[10 * PIECE];
    FutureTask<byte[]> reading = reading();
    add(content, 0, content.length);
    Files.delete(file);
    add(content, 0, PIECE);
    add(content, PIECE, 9 * PIECE);
    growing.end();

    assertThatThrownBy(reading::get).hasCauseInstanceOf(IOException.class);
  }

  @Test
  void one_that_is_begun_again_before_it_is_read_counts() throws Exception {
    FutureTask<byte[]> reading = reading();
    add(new byte[] {1, 2, 3}, 0, 3);
    Files.delete(file);
    add(new byte[] {4, 5}, 0, 2);
    growing.end();

    assertThat(reading.get()).containsExactly(4, 5);
  }

  @Test
  void who_gives_up_ends_the_reading() throws Exception {
    FutureTask<byte[]> reading = reading();
    add(new byte[10 * PIECE], 0, 10 * PIECE);
    growing.giveUp();

    assertThatThrownBy(reading::get)
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(IOException.class);
  }

  private FutureTask<byte[]> reading() {
    FutureTask<byte[]> reading =
        new FutureTask<>(
            () -> {
              try (InputStream in = growing.open()) {
                return in.readAllBytes();
              }
            });
    DaemonThreads.named("reading").newThread(reading).start();
    return reading;
  }

  private void add(byte[] content, int start, int length) throws IOException {
    try (var out =
        Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      out.write(content, start, length);
    }
    growing.grown(Files.size(file));
  }
}
