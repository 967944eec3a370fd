package dev.geminibatch.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
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

  @ParameterizedTest
  @CsvSource({
    "rw-------, false, false",
    "rw-r-----, true, false",
    "r--r-----, true, false",
    "rw----r--, true, true",
    "rw-r--r--, true, true",
  })
  void the_group_of_a_file_of_somebody_else_is_how_we_read_it(
      String mode, boolean ofOurs, boolean ofSomebodyElse) throws IOException {
    FileMode file = FileMode.of(file(mode));
    assertThat(file.isReadableByOthers(true)).isEqualTo(ofOurs);
    assertThat(file.isReadableByOthers(false)).isEqualTo(ofSomebodyElse);
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
  void two_modes_of_different_groups_allow_together_what_both_allow_to_everybody()
      throws IOException {
    Path one = file("rw-rw-r--");
    Path other = file("rw-rw-r--");
    giveToOtherGroup(other);
    assertThat(FileMode.of(one).and(FileMode.of(other))).hasToString("rw-r--r--");
    assertThat(FileMode.ANY.and(FileMode.of(other))).isEqualTo(FileMode.of(other));
  }

  @ParameterizedTest
  @CsvSource({
    "rw-r-----, rw-------",
    "rw-rw-r--, rw-r--r--",
    "rw-r--r--, rw-r--r--",
    "rw----r--, rw-------",
  })
  void another_group_may_do_what_everybody_may(String model, String made) throws IOException {
    Path input = file(model);
    giveToOtherGroup(input);
    FileMode.of(input).create(folder.resolve("made"));
    FileMode.parse(FileMode.of(input).written()).create(folder.resolve("remembered"));
    assertThat(mode(folder.resolve("made"))).isEqualTo(made);
    assertThat(mode(folder.resolve("remembered"))).isEqualTo(made);
  }

  @Test
  void the_group_of_a_folder_that_gives_it_to_its_files_is_compared() throws IOException {
    Path input = file("rw-r-----");
    giveToOtherGroup(input);
    Path outbox = Files.createDirectory(folder.resolve("outbox"));
    giveToOtherGroup(outbox);
    Files.setAttribute(outbox, "unix:mode", 02755);
    FileMode.of(input).create(outbox.resolve("made"));
    assertThat(mode(outbox.resolve("made"))).isEqualTo("rw-r-----");
    FileMode.of(file("rw-r-----")).create(outbox.resolve("of ours"));
    assertThat(mode(outbox.resolve("of ours"))).isEqualTo("rw-------");
  }

  @Test
  void a_copy_is_never_wider_than_its_source_for_another_group() throws IOException {
    Path source = file("rw-r-----");
    giveToOtherGroup(source);
    AtomicFiles.copy(source, folder.resolve("copy"));
    assertThat(mode(folder.resolve("copy"))).isEqualTo("rw-------");
  }

  /** Only root may do that. */
  private static void giveToOtherGroup(Path file) {
    try {
      Files.setAttribute(file, "unix:gid", 12_345);
    } catch (IOException e) {
      assumeThat(e).isNull();
    }
  }

  @Test
  void a_mode_that_an_earlier_version_wrote_names_no_group() throws IOException {
    FileMode.parse("rw-r-----").create(folder.resolve("made"));
    assertThat(mode(folder.resolve("made"))).isEqualTo("rw-------");
    assertThat(FileMode.parse("nonsense")).isEqualTo(FileMode.PRIVATE);
  }

  @Test
  void a_new_file_never_goes_through_a_link() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("elsewhere"));
    assertThatThrownBy(() -> FileMode.of(file("rw-r-----")).openNew(link))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(folder.resolve("elsewhere")).doesNotExist();
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
