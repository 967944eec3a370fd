package dev.geminibatch.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileModeTest {
  @TempDir Path folder;

  @BeforeEach
  void permissions() {
    assumeThat(folder.getFileSystem().supportedFileAttributeViews()).contains("posix");
  }

  private Path file(String mode) throws IOException {
    Path file = Files.createTempFile(folder, "file", "");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    return file;
  }

  private static String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  @ParameterizedTest
  @CsvSource({
    "rw-------, rw-------",
    "r--------, rw-------",
    "---------, rw-------",
    "rw-r-----, rw-r-----",
    "rwxr-xr-x, rw-r--r--",
    "rwx--x--x, rw-------",
    "rw----r--, rw----r--",
  })
  void a_file_is_never_made_wider_than_its_model_and_never_executable(String model, String made)
      throws IOException {
    Path target = folder.resolve("made");
    FileMode.of(file(model)).create(target);
    assertThat(mode(target)).isEqualTo(made);
  }

  @Test
  void a_file_that_is_there_is_replaced_and_not_taken_over() throws IOException {
    Path there = file("rw-rw-rw-");
    FileMode.PRIVATE.create(there);
    assertThat(mode(there)).isEqualTo("rw-------");
  }

  @Test
  void limiting_only_takes_away() throws IOException {
    Path narrow = file("rw----r--");
    FileMode.of(file("rw-r--r--")).limit(narrow);
    assertThat(mode(narrow)).isEqualTo("rw----r--");
    FileMode.of(file("rw-r-----")).limit(narrow);
    assertThat(mode(narrow)).isEqualTo("rw-------");
  }

  @Test
  void two_modes_allow_together_what_both_allow() throws IOException {
    assertThat(FileMode.of(file("rw-r--r--")).and(FileMode.of(file("rw-rw----"))))
        .hasToString("rw-r-----");
  }

  @Test
  void what_cannot_be_known_is_private() {
    assertThat(FileMode.of(folder.resolve("nothing"))).isEqualTo(FileMode.PRIVATE);
  }

  @Test
  void a_private_file_is_private_whatever_the_umask() throws IOException {
    Path file = folder.resolve("private");
    try (OutputStream out = PrivateFiles.output(file)) {
      out.write(1);
    }
    assertThat(mode(file)).isEqualTo("rw-------");
  }
}
