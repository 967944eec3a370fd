package dev.geminibatch.run;

import static java.nio.file.attribute.PosixFilePermissions.fromString;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
class StateFolderTest {
  @TempDir Path folder;

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private Path open(String name) throws IOException {
    Path path = Files.createDirectory(folder.resolve(name));
    return Files.setPosixFilePermissions(path, fromString("rwxr-xr-x"));
  }

  @Test
  void a_new_state_folder_is_readable_by_its_owner_only() throws IOException {
    Path state = folder.resolve("a/state");

    new StateFolder(state).prepare();

    assertThat(permissions(state)).isEqualTo("rwx------");
    assertThat(permissions(state.getParent())).isEqualTo(permissions(open("other")));
  }

  @Test
  void the_state_folder_of_an_earlier_version_is_closed() throws IOException {
    Path state = open("state");
    Files.createDirectories(state.resolve("runs/1"));
    Files.writeString(state.resolve("ledger.db.copy"), "");

    new StateFolder(state).prepare();

    assertThat(permissions(state)).isEqualTo("rwx------");
  }

  @Test
  void a_state_folder_behind_a_link_is_closed() throws IOException {
    Path disk = open("disk");
    Path state = Files.createSymbolicLink(folder.resolve("state"), disk);

    new StateFolder(state).prepare();

    assertThat(permissions(disk)).isEqualTo("rwx------");
  }

  @Test
  void a_folder_with_other_folders_stays_open_and_what_is_private_in_it_is_closed()
      throws IOException {
    Path state = open("data");
    Files.createDirectory(state.resolve("outbox"));
    Files.createDirectory(state.resolve("runs"));

    new StateFolder(state).prepare();

    assertThat(permissions(state)).isEqualTo("rwxr-xr-x");
    assertThat(permissions(state.resolve("runs"))).isEqualTo("rwx------");
    assertThat(permissions(state.resolve("remote"))).isEqualTo("rwx------");
    assertThat(permissions(state.resolve("ledger.db"))).isEqualTo("rw-------");
  }

  @Test
  void an_input_keeps_its_permissions_on_its_way_through_the_state_folder() throws IOException {
    StateFolder state = new StateFolder(open("state"));
    Path input = Files.writeString(folder.resolve("x.jsonl"), "{}");
    Files.setPosixFilePermissions(input, fromString("rw-r--r--"));
    Files.createDirectories(state.path().resolve("runs/1"));
    Path inside = Files.move(input, state.path().resolve("runs/1/input.jsonl"));

    state.prepare();

    assertThat(permissions(inside)).isEqualTo("rw-r--r--");
  }
}
