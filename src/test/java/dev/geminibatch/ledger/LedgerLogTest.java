package dev.geminibatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.run.StateFolder;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a killed process has left of its log, and what a disk has left of that. */
class LedgerLogTest {
  private static final int FRAME = 24 + 4096;

  @TempDir Path folder;
  private StageFixture fixture;
  private Path killed;

  @BeforeEach
  void writeAndBeKilled() throws IOException {
    fixture = StageFixture.open(folder.resolve("alive"));
    for (int i = 0; i < 5; i++) {
      fixture.dropped("x" + i);
    }
    killed = Files.createDirectory(folder.resolve("killed"));
    for (String name : List.of("ledger.db", "ledger.db-wal", "ledger.db-shm")) {
      Files.copy(fixture.folders().state().resolve(name), killed.resolve(name));
    }
    assertThat(Files.size(wal())).isGreaterThan(10 * FRAME);
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  @Test
  void a_kill_loses_nothing() throws IOException {
    assertThat(lost()).isFalse();
    assertThat(inWords()).isEmpty();
  }

  @Test
  void the_log_of_a_process_that_writes_is_whole() throws IOException {
    Path state = fixture.folders().state();
    for (int i = 0; i < 20; i++) {
      fixture.dropped("y" + i);
      LedgerLog log = new LedgerLog(state.resolve("ledger.db-wal"), state.resolve("ledger.db-shm"));
      assertThat(log.hasLost()).isFalse();
    }
  }

  @Test
  void a_byte_that_has_changed_anywhere_is_noticed() throws IOException {
    for (long at : List.of(3L, 20L, 32L + 30, 32L + 4 * FRAME + 5, Files.size(wal()) - 7)) {
      flip(at);
      assertThat(lost()).as("byte " + at).isTrue();
      flip(at);
    }
    assertThat(lost()).isFalse();
  }

  @Test
  void a_log_that_is_too_short_is_noticed() throws IOException {
    long whole = Files.size(wal());
    for (long left : List.of(whole - 1, whole - FRAME, 32L + FRAME, 32L, 10L, 0L)) {
      truncate(left);
      assertThat(lost()).as("of " + left + " bytes").isTrue();
    }
  }

  @Test
  void a_log_that_is_gone_is_noticed() throws IOException {
    Files.delete(wal());

    assertThat(lost()).isTrue();
    assertThat(inWords()).isPresent();
  }

  @Test
  void without_an_index_a_damaged_frame_before_others_is_noticed() throws IOException {
    Files.delete(killed.resolve("ledger.db-shm"));
    assertThat(lost()).isFalse();

    flip(32L + FRAME + 100);

    assertThat(lost()).isTrue();
  }

  @Test
  void a_last_frame_that_was_not_written_to_its_end_is_a_kill() throws IOException {
    Files.delete(killed.resolve("ledger.db-shm"));

    truncate(Files.size(wal()) - 100);

    assertThat(lost()).isFalse();
  }

  @Test
  void a_ledger_without_the_end_of_its_log_knows_that_and_keeps_what_is_left() throws IOException {
    flip(32L + 30);

    assertThat(inWords()).hasValueSatisfying(words -> assertThat(words).contains("lost"));
    assertThat(inWords()).as("at the next start, too").isPresent();
    assertThat(killed.resolve("ledger.db-wal.damaged")).exists();
  }

  private Optional<String> inWords() throws IOException {
    try (Ledger ledger = Ledger.open(new StateFolder(killed), Clock.systemUTC())) {
      return ledger.restoration().inWords();
    }
  }

  private boolean lost() throws IOException {
    return new LedgerLog(wal(), killed.resolve("ledger.db-shm")).hasLost();
  }

  private Path wal() {
    return killed.resolve("ledger.db-wal");
  }

  private void flip(long at) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(wal().toFile(), "rw")) {
      file.seek(at);
      int before = file.read();
      file.seek(at);
      file.write(before ^ 0x55);
    }
  }

  private void truncate(long length) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(wal().toFile(), "rw")) {
      file.setLength(length);
    }
  }
}
