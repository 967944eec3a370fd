package dev.geminibatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.io.UsageException;
import dev.geminibatch.run.StateFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copies of a ledger that is in use. */
class LedgerBackupTest {
  @TempDir Path folder;
  @TempDir Path elsewhere;

  @Test
  void a_copy_is_whole_and_of_one_moment_while_others_write_at_full_speed() throws Exception {
    StateFolder state = new StateFolder(folder);
    LedgerFile file = new LedgerFile(state);
    Ledger.open(state, Clock.systemUTC()).close();
    AtomicBoolean isOver = new AtomicBoolean();
    AtomicLong written = new AtomicLong();
    ExecutorService writers = Executors.newFixedThreadPool(3);
    try (LedgerDatabase database =
        SqliteDatabase.open(file, file.version(), Clock.systemUTC().instant())) {
      database
          .quick()
          .useTransaction(handle -> handle.execute("INSERT INTO turn VALUES ('a', 0), ('b', 0)"));
      List<Future<?>> ends = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        ends.add(
            writers.submit(
                () -> {
                  while (!isOver.get()) {
                    database
                        .quick()
                        .useTransaction(
                            handle -> {
                              handle.execute("UPDATE turn SET now = now + 1 WHERE project = 'a'");
                              handle.execute(
                                  "INSERT INTO digest SELECT 'x' || now, 1, 1, hex(zeroblob(30)),"
                                      + " 'x' FROM turn WHERE project = 'a'");
                              handle.execute("UPDATE turn SET now = now + 1 WHERE project = 'b'");
                            });
                    written.incrementAndGet();
                  }
                }));
      }

      for (int i = 0; i < 5; i++) {
        long before = written.get();
        Path part =
            LedgerBackup.copy(state, elsewhere.resolve("b.db"), Instant.EPOCH.plusSeconds(3600))
                .part();
        assertThat(one(part, "PRAGMA integrity_check")).isEqualTo("ok");
        assertThat(one(part, "SELECT COUNT(DISTINCT now) FROM turn")).isEqualTo("1");
        assertThat(one(part, "SELECT (SELECT COUNT(*) FROM digest) = (SELECT MAX(now) FROM turn)"))
            .isEqualTo("1");
        assertThat(Long.parseLong(one(part, "SELECT COUNT(*) FROM digest")))
            .isGreaterThanOrEqualTo(before);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(part)))
            .isEqualTo("rw-------");
        assertThat(one(part, "PRAGMA user_version")).as("minutes").isEqualTo("60");
      }

      isOver.set(true);
      for (Future<?> end : ends) {
        end.get();
      }
    } finally {
      isOver.set(true);
      writers.shutdownNow();
    }
  }

  @Test
  void the_log_of_the_ledger_is_short_again_after_a_long_reader() throws Exception {
    StateFolder state = new StateFolder(folder);
    LedgerFile file = new LedgerFile(state);
    Ledger.open(state, Clock.systemUTC()).close();
    try (LedgerDatabase database =
        SqliteDatabase.open(file, file.version(), Clock.systemUTC().instant())) {
      long longest;
      try (Connection reader = file.reading();
          Statement statement = reader.createStatement();
          ResultSet open = statement.executeQuery("SELECT name FROM sqlite_master")) {
        assertThat(open.next()).isTrue();
        fill(database, 60);
        longest = Files.size(folder.resolve("ledger.db-wal"));
      }
      assertThat(longest).isGreaterThan(50L << 20);

      fill(database, 40);

      assertThat(Files.size(folder.resolve("ledger.db-wal"))).isLessThan(40L << 20);
    }
  }

  private static void fill(LedgerDatabase database, int megabytes) {
    for (int i = 0; i < megabytes; i++) {
      database
          .quick()
          .useTransaction(
              handle ->
                  handle.execute(
                      "INSERT INTO digest VALUES (hex(randomblob(8)), 1, 1, zeroblob(1000000), 'x')"));
    }
  }

  @Test
  void there_is_no_backup_of_no_ledger_and_none_of_a_damaged_one() throws Exception {
    StateFolder state = new StateFolder(folder);
    assertThatThrownBy(() -> LedgerBackup.copy(state, elsewhere.resolve("b.db"), Instant.now()))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("no ledger");

    Files.writeString(folder.resolve("ledger.db"), "no ledger at all ".repeat(20));
    assertThatThrownBy(() -> LedgerBackup.copy(state, elsewhere.resolve("b.db"), Instant.now()))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("is damaged");
    assertThat(elsewhere).isEmptyDirectory();
  }

  @Test
  void a_restored_ledger_knows_that_it_is_one_until_its_runs_are_finished() throws Exception {
    StateFolder state = new StateFolder(folder);
    Ledger.open(state, Clock.systemUTC()).close();
    Instant now = Clock.systemUTC().instant();
    Path part = LedgerBackup.copy(state, elsewhere.resolve("b.db"), now).part();
    StateFolder restored = new StateFolder(elsewhere.resolve("state"));
    Files.createDirectory(restored.path());
    Files.move(part, restored.path().resolve("ledger.db"));

    try (Ledger ledger = Ledger.open(restored, Clock.systemUTC())) {
      assertThat(ledger.restoration().unknownSince())
          .isBetween(now.minus(Duration.ofMinutes(6)), now.minus(Duration.ofMinutes(4)));
      assertThat(ledger.restoration().forgetIfOver()).isTrue();
    }
    try (Ledger ledger = Ledger.open(restored, Clock.systemUTC())) {
      assertThat(ledger.restoration().inWords()).isEmpty();
    }
  }

  private static String one(Path file, String sql) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }
}
