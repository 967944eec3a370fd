package dev.geminibatch.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two machines that write a file of the same name, one of which was stopped meanwhile. */
class FileGuardTest {
  @TempDir Path folder;

  private Path part;
  private OutputStream ofTheStopped;

  @BeforeEach
  void begin() throws IOException {
    FileGuard.set(() -> {});
    part = folder.resolve("part");
    ofTheStopped = PrivateFiles.output(part);
  }

  @AfterEach
  void end() throws IOException {
    FileGuard.set(null);
    ofTheStopped.close();
  }

  private void isTakenOver() throws IOException {
    PrivateFiles.write(part, "of the other");
    FileGuard.set(
        () -> {
          throw new IllegalStateException("taken over");
        });
  }

  @Test
  void what_the_stopped_one_still_writes_is_not_in_the_file_of_the_other() throws IOException {
    isTakenOver();

    ofTheStopped.write("late".getBytes(StandardCharsets.UTF_8));

    assertThat(part).hasContent("of the other");
  }

  @Test
  void the_stopped_one_leaves_the_file_of_the_other_where_it_is() throws IOException {
    isTakenOver();

    AtomicFiles.discard(part);
    assertThatThrownBy(() -> AtomicFiles.deleteIfThere(part)).hasMessage("taken over");
    assertThatThrownBy(() -> AtomicFiles.rename(part, folder.resolve("name")))
        .hasMessage("taken over");

    assertThat(part).hasContent("of the other");
  }

  @Test
  void whoever_was_not_stopped_removes_what_it_has_begun() throws IOException {
    AtomicFiles.discard(part);

    assertThat(folder).isEmptyDirectory();
  }
}
