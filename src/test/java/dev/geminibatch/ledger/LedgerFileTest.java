package dev.geminibatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.io.UsageException;
import dev.geminibatch.run.StateFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A ledger that cannot be used is named, and stays as it is. */
class LedgerFileTest {
  /** A ledger with a hundred runs, closed. */
  @TempDir private static Path whole;

  @TempDir Path folder;
  private StateFolder state;
  private Path ledger;

  @BeforeAll
  static void makeOne() throws Exception {
    Ledger.open(new StateFolder(whole), Clock.systemUTC()).close();
    sql(
        whole.resolve("ledger.db"),
        "INSERT INTO run (id, name, source, from_inbox, model, media_root, display_name, forced,"
            + " state, created_at, updated_at) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT"
            + " i + 1 FROM n WHERE i < 500) SELECT 'run-' || i, 'x', '/x', 1, 'm', '/', 'x', 0,"
            + " 'DELIVERED', i, i FROM n");
  }

  @BeforeEach
  void open() throws IOException {
    state = new StateFolder(folder);
    ledger = folder.resolve("ledger.db");
    Files.copy(whole.resolve("ledger.db"), ledger);
  }

  private static void sql(Path file, String... statements) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      for (String each : statements) {
        statement.execute(each);
      }
    }
  }

  private void refused(String... words) throws IOException {
    Map<String, String> before = contents();

    assertThatThrownBy(() -> Ledger.open(state, Clock.systemUTC()).close())
        .isInstanceOf(UsageException.class)
        .hasMessageContainingAll(words);
    assertThat(contents()).as("nothing is changed").isEqualTo(before);
  }

  private Map<String, String> contents() throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        String name = folder.relativize(file).toString();
        if (!name.startsWith("native") && !name.endsWith("-shm")) {
          contents.put(
              name, Files.isDirectory(file) ? "" : Arrays.hashCode(Files.readAllBytes(file)) + "");
        }
      }
    }
    contents.remove(folder.relativize(folder).toString());
    contents.remove("ledger.db-wal", Arrays.hashCode(new byte[0]) + "");
    return contents;
  }

  @ParameterizedTest
  @ValueSource(ints = {11, 12, 100})
  void a_ledger_of_a_newer_program_is_refused_and_not_touched(int version) throws Exception {
    sql(
        ledger,
        "INSERT INTO flyway_schema_history (installed_rank, version, description, type, script,"
            + " installed_by, execution_time, success) VALUES ("
            + version
            + ", '"
            + version
            + "', 'x', 'SQL', 'x', 'x', 1, 1)");

    refused(
        ledger.toString(),
        "version " + version,
        "up to " + LedgerDatabase.NEWEST,
        "newer program",
        "restore a backup");
  }

  @Test
  void a_newer_ledger_whose_migration_is_only_in_its_log_is_refused_all_the_same()
      throws Exception {
    try (Connection open = DriverManager.getConnection("jdbc:sqlite:" + ledger);
        Statement statement = open.createStatement()) {
      statement.execute("PRAGMA journal_mode=WAL");
      statement.execute("UPDATE flyway_schema_history SET version = '11' WHERE version = '7'");
      Path copy = Files.createDirectory(folder.resolve("copy"));
      for (String name : new String[] {"ledger.db", "ledger.db-wal"}) {
        Files.copy(folder.resolve(name), copy.resolve(name)); // as a killed process leaves them
      }

      state = new StateFolder(copy);
      assertThatThrownBy(() -> Ledger.open(state, Clock.systemUTC()).close())
          .hasMessageContaining("version 11");
      assertThat(copy.resolve("ledger.db-wal"))
          .hasSameBinaryContentAs(folder.resolve("ledger.db-wal"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"hello, this is no database at all", "SQLite format 3", "\0\0\0\0"})
  void what_is_no_database_is_called_damaged(String content) throws IOException {
    Files.writeString(ledger, content.repeat(40));

    refused(ledger.toString(), "is damaged", "Restore it from a backup", ".recover");
  }

  @Test
  void a_truncated_ledger_is_called_damaged() throws IOException {
    byte[] content = Files.readAllBytes(ledger);
    Files.write(ledger, Arrays.copyOf(content, content.length / 2));

    refused(ledger.toString(), "is damaged", "bytes", "Restore it from a backup");
  }

  @ParameterizedTest
  @ValueSource(ints = {18, 19})
  void a_ledger_that_could_only_be_read_is_called_damaged(int version) throws IOException {
    byte[] content = Files.readAllBytes(ledger);
    content[version] = 77;
    Files.write(ledger, content);

    refused(ledger.toString(), "is damaged", "version", "Restore it from a backup");
  }

  @Test
  void an_empty_ledger_beside_runs_is_not_begun_afresh() throws IOException {
    Files.write(ledger, new byte[0]);
    Files.createDirectories(folder.resolve("runs/20261127-164344-4di3tg"));
    Files.writeString(folder.resolve("runs/20261127-164344-4di3tg/input.jsonl"), "{}");

    refused(ledger.toString(), "is empty", "1 run", "paid for", "Restore it from a backup");
  }

  @Test
  void a_missing_ledger_beside_runs_is_not_begun_afresh() throws IOException {
    Files.delete(ledger);
    Files.createDirectories(folder.resolve("runs/20261127-164344-4di3tg"));
    Files.writeString(folder.resolve("runs/20261127-164344-4di3tg/input.jsonl"), "{}");

    refused(ledger.toString(), "is missing", "1 run", "Restore it from a backup");
  }

  @Test
  void a_ledger_that_has_lost_its_log_before_it_had_tables_is_not_begun_afresh() throws Exception {
    Files.delete(ledger);
    sql(ledger, "PRAGMA journal_mode=WAL", "PRAGMA user_version=0");
    Files.createDirectories(folder.resolve("runs/20261127-164344-4di3tg"));
    Files.writeString(folder.resolve("runs/20261127-164344-4di3tg/input.jsonl"), "{}");

    refused(ledger.toString(), "has no tables", "1 run");
  }

  @Test
  void an_empty_ledger_without_runs_is_a_new_one() throws IOException {
    Files.write(ledger, new byte[0]);
    Files.createDirectories(folder.resolve("runs/of-a-killed-start"));

    try (Ledger opened = Ledger.open(state, Clock.systemUTC())) {
      assertThat(opened.queries().recent(9)).isEmpty();
    }
  }

  @Test
  void a_ledger_whose_first_tables_another_process_is_making_is_not_refused() throws Exception {
    Files.delete(ledger);
    try (Connection open = DriverManager.getConnection("jdbc:sqlite:" + ledger);
        Statement statement = open.createStatement()) {
      statement.execute("PRAGMA journal_mode=WAL");
      assertThat(new LedgerFile(state).version()).isEmpty();
      statement.execute("CREATE TABLE flyway_schema_history (version TEXT, success INTEGER)");
      assertThat(new LedgerFile(state).version()).isEmpty();
    }
  }

  @Test
  void a_folder_in_the_place_of_the_ledger_is_named() throws IOException {
    Files.delete(ledger);
    Files.createDirectory(ledger);

    refused(ledger.toString(), "is not a file");
  }

  @Test
  void a_database_of_something_else_is_not_used() throws Exception {
    Files.delete(ledger);
    sql(ledger, "CREATE TABLE customers (name TEXT)");

    refused(ledger.toString(), "not one of this program", "state.directory");
  }

  @Test
  void the_log_of_another_ledger_beside_a_restored_copy_is_found_before_it_does_harm()
      throws Exception {
    Path copy =
        LedgerCopy.write(new LedgerFile(state), folder.resolve("x"), Clock.systemUTC().instant());
    Files.move(copy, folder.resolve("kept"));
    try (Connection open = DriverManager.getConnection("jdbc:sqlite:" + ledger);
        Statement statement = open.createStatement()) {
      statement.execute("PRAGMA journal_mode=WAL");
      statement.execute("DELETE FROM run");
      Files.copy(folder.resolve("ledger.db-wal"), folder.resolve("old-log"));
    }
    Files.delete(ledger);
    Files.move(folder.resolve("kept"), ledger);
    Files.move(folder.resolve("old-log"), folder.resolve("ledger.db-wal"));

    refused(ledger.toString(), "log of another ledger", "ledger.db-wal", "away");
  }

  @Test
  void damage_anywhere_in_the_ledger_is_found_by_its_check() throws Exception {
    byte[] content = Files.readAllBytes(ledger);
    int page = content.length / 4096 / 2;
    Arrays.fill(content, page * 4096, (page + 1) * 4096, (byte) 0x5a);
    Files.write(ledger, content);

    LedgerCheck check = LedgerCheck.begin(state);

    assertThatThrownBy(() -> check.await(Duration.ofMinutes(1)))
        .isInstanceOf(UsageException.class)
        .hasMessageContainingAll(ledger.toString(), "is damaged", "backup");
    assertThat(Files.readAllBytes(ledger)).isEqualTo(content);
  }

  @Test
  void a_ledger_that_is_whole_passes_its_check_while_it_is_written() throws Exception {
    try (Ledger opened = Ledger.open(state, Clock.systemUTC())) {
      LedgerCheck check = LedgerCheck.begin(state);
      opened.control().pause("run-1");

      check.await(Duration.ofMinutes(1));
      check.whenDamaged(
          damage -> {
            throw new AssertionError(damage);
          });
    }
  }
}
