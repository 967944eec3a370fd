package dev.geminibatch.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** By what members know a file that they see under different paths. */
class FileIdentityTest {
  @TempDir Path folder;

  private Path file;

  @BeforeEach
  void write() throws IOException {
    Files.createDirectory(folder.resolve("inbox"));
    file = Files.writeString(folder.resolve("inbox/a.jsonl"), "x".repeat(200_000));
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void a_file_is_the_same_under_every_path() throws IOException {
    Path mount = Files.createSymbolicLink(folder.resolve("mount"), folder.resolve("inbox"));

    assertThat(FileIdentity.of(mount.resolve("a.jsonl"))).isEqualTo(FileIdentity.of(file));
    assertThat(FileIdentity.of(file).isAt(mount.resolve("a.jsonl"))).isTrue();
    assertThat(FileIdentity.of(file).text()).doesNotContain(" ");
  }

  @Test
  void another_file_with_the_same_name_size_and_time_is_another_one() throws IOException {
    FileIdentity before = FileIdentity.of(file);
    FileTime time = Files.getLastModifiedTime(file);
    Files.move(file, folder.resolve("elsewhere"));
    Files.writeString(file, "y".repeat(200_000));
    Files.setLastModifiedTime(file, time);

    assertThat(FileIdentity.of(file)).isNotEqualTo(before);
    assertThat(before.isAt(file)).isFalse();
  }

  @Test
  void its_content_counts_where_the_file_system_says_nothing_else() {
    FileState state = new FileState(FileState.Kind.REGULAR, "", 7, 8, -1, 1, -1);
    FileIdentity one = FileIdentity.of(state, new byte[] {1});

    assertThat(one).isNotEqualTo(FileIdentity.of(state, new byte[] {2}));
    assertThat(one).isEqualTo(FileIdentity.of(state, new byte[] {1}));
    assertThat(one.isNumbered()).isFalse();
  }

  @Test
  void the_device_does_not_count() {
    byte[] content = new byte[100_000];
    FileState here = new FileState(FileState.Kind.REGULAR, "(dev=1f,ino=42)", 7, 8, 9, 1, 0);
    FileState there = new FileState(FileState.Kind.REGULAR, "(dev=803,ino=42)", 7, 8, 9, 1, 0);

    assertThat(FileIdentity.of(here, content)).isEqualTo(FileIdentity.of(there, content));
    assertThat(FileIdentity.of(here, content).isNumbered()).isTrue();
  }

  @Test
  void a_file_that_has_grown_is_another_one() throws IOException {
    FileIdentity before = FileIdentity.of(file);

    Files.writeString(file, "more", StandardOpenOption.APPEND);

    assertThat(before.isAt(file)).isFalse();
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void a_file_that_was_moved_is_told_from_a_copy() throws IOException {
    FileIdentity identity = FileIdentity.of(file);
    Path copy = folder.resolve("copy");
    Files.copy(file, copy);
    Path moved = Files.move(file, folder.resolve("moved"));

    assertThat(identity.wasMovedTo(moved)).isTrue();
    assertThat(identity.wasMovedTo(copy)).isFalse();
    assertThat(identity.wasMovedTo(file)).isFalse();
    assertThat(identity.isAt(file)).as("there is none").isFalse();
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void a_link_has_no_identity_and_is_not_followed() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link"), file);

    assertThatThrownBy(() -> FileIdentity.of(link)).isInstanceOf(NotRegular.class);
    assertThat(FileIdentity.of(file).isAt(link)).isFalse();
  }
}
