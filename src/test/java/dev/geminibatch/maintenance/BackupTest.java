package dev.geminibatch.maintenance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.io.LockFile;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.run.StateFolder;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a backup replaces, and what it does not. */
class BackupTest {
  @TempDir Path folder;
  private StateFolder state;
  private Path target;

  @BeforeEach
  void makeLedger() throws IOException {
    state = new StateFolder(Files.createDirectory(folder.resolve("copy.db.files")));
    Ledger.open(state, Clock.systemUTC()).close();
    target = folder.resolve("copy.db");
  }

  private Backup to(Path file) {
    return new Backup(state, file, Clock.systemUTC());
  }

  @Test
  void the_folder_of_an_earlier_backup_is_replaced_and_no_other() throws IOException {
    Path other = folder.resolve("other.db");
    assertThat(Backup.mayWriteFiles(other)).isTrue();
    Files.createDirectories(folder.resolve("other.db.files/runs/1"));
    assertThat(Backup.mayWriteFiles(other)).isTrue();
    Files.createFile(folder.resolve("other.db.files/letter.txt"));

    assertThat(Backup.mayWriteFiles(other)).isFalse();
    assertThat(Backup.mayWriteFiles(target)).as("the state folder").isFalse();
  }

  @Test
  void a_link_in_the_place_of_the_folder_is_not_replaced() throws IOException {
    Path target = folder.resolve("linked.db");
    Files.createSymbolicLink(
        folder.resolve("linked.db.files"), Files.createDirectory(folder.resolve("empty")));

    assertThat(Backup.mayWriteFiles(target)).isFalse();
  }

  @Test
  void two_backups_to_one_place_do_not_mix() throws IOException {
    Path other = folder.resolve("other.db");
    try (RandomAccessFile first =
        LockFile.takeFile(AtomicFiles.aside(other, "lock")).orElseThrow()) {
      assertThat(first.length()).isZero();
      assertThatThrownBy(() -> to(other).write())
          .isInstanceOf(UsageException.class)
          .hasMessageContainingAll("Another backup", other.toString());
      assertThat(other).doesNotExist();
    }

    to(other).write();

    try (var files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .as("no lock is left")
          .containsExactlyInAnyOrder("copy.db.files", "other.db", "other.db.files");
    }
  }
}
