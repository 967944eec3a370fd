package dev.geminibatch.stage.receive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CopyAheadTest {
  private static final long LARGE = 64 << 20;
  private static final String CONTENT = "the first line";

  @TempDir private Path folder;
  private StageFixture fixture;
  private Path input;

  @BeforeEach
  void open() throws IOException {
    fixture = StageFixture.open(folder);
    input = folder.resolve("large.jsonl");
    try (RandomAccessFile file = new RandomAccessFile(input.toFile(), "rw")) {
      file.writeBytes(CONTENT);
      file.setLength(LARGE); // holes; they take no time
    }
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  private CopyAhead begin() {
    return CopyAhead.begin(
        input, fixture.folders().stateFolder(), fixture.context().settings().inputLimits());
  }

  private Path received(CopyAhead ahead) throws IOException {
    String run = fixture.receiver().receive(fixture.order(input), ahead);
    return fixture.folderOf(run).received(fixture.run(run));
  }

  private List<Path> copies() throws IOException {
    try (Stream<Path> files = Files.list(fixture.folders().state())) {
      return files.filter(file -> file.getFileName().toString().contains(".copy")).toList();
    }
  }

  @Test
  void a_large_file_is_copied_before_there_is_a_run() throws IOException {
    try (CopyAhead ahead = begin()) {
      assertThat(copies()).isNotEmpty();
      Path other = Files.writeString(folder.resolve("other"), "what has its name now");
      Files.move(other, input, StandardCopyOption.ATOMIC_MOVE);

      Path received = received(ahead);

      assertThat(received).hasSize(LARGE);
      try (RandomAccessFile file = new RandomAccessFile(received.toFile(), "r")) {
        assertThat(file.readLine()).startsWith(CONTENT);
      }
    }
    assertThat(copies()).isEmpty();
  }

  @Test
  void a_copy_that_somebody_has_removed_is_made_again() throws IOException {
    try (CopyAhead ahead = begin()) {
      assertThat(ahead.moveTo(folder.resolve("no such folder/input"))).isFalse();

      assertThat(received(ahead)).hasSize(LARGE);
    }
  }

  @Test
  void a_copy_that_fails_is_made_when_the_file_is_received() throws IOException {
    CopyAhead ahead = begin();
    ahead.close();

    assertThat(received(ahead)).hasSize(LARGE);
  }

  @Test
  void a_copy_that_nobody_takes_is_removed() throws IOException {
    begin().close();

    assertThat(copies()).isEmpty();
  }

  @Test
  void a_small_file_is_not_copied_ahead() throws IOException {
    Files.writeString(input, "x");

    try (CopyAhead ahead = begin()) {
      assertThat(copies()).isEmpty();
      assertThat(received(ahead)).hasContent("x");
    }
  }

  @Test
  void a_file_that_is_not_there_is_left_for_whoever_receives_it() throws IOException {
    Files.delete(input);

    try (CopyAhead ahead = begin()) {
      assertThat(ahead.moveTo(folder.resolve("target"))).isFalse();
    }
  }
}
