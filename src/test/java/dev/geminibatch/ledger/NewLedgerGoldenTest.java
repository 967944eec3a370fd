package dev.geminibatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.run.StateFolder;
import dev.geminibatch.testkit.OldLedger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.output.MigrateResult;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A new ledger is what the migrations would have made of it. */
class NewLedgerGoldenTest {
  private static final Path SCRIPT = Path.of("src/main/resources", NewLedger.SCRIPT);
  private static final String HISTORY =
      "SELECT installed_rank, version, description, type, script, checksum, installed_by, success"
          + " FROM flyway_schema_history ORDER BY installed_rank";

  @TempDir Path folder;

  @BeforeEach
  void load() {
    NativeSqlite.load(new StateFolder(folder)); // two libraries in one process do not go together
  }

  @Test
  void a_new_ledger_is_the_one_that_the_migrations_make() throws Exception {
    Path migrated = folder.resolve("migrated.db");
    try (Connection connection = DriverManager.getConnection(url(migrated));
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA journal_mode=WAL");
    }
    OldLedger.create(migrated, Integer.parseInt(LedgerDatabase.NEWEST));
    String script = script(migrated);
    if (Boolean.getBoolean("golden.write")) {
      Files.writeString(SCRIPT, script);
    }
    assertThat(SCRIPT)
        .as("./mvnw test -Dtest='*GoldenTest' -Dgolden.write=true writes it again")
        .hasContent(script);

    Ledger.open(new StateFolder(folder), Clock.systemUTC()).close();

    Path made = folder.resolve("ledger.db");
    for (String query :
        List.of(
            "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY rowid",
            HISTORY,
            "PRAGMA user_version",
            "PRAGMA application_id",
            "PRAGMA page_size",
            "PRAGMA auto_vacuum",
            "PRAGMA encoding",
            "PRAGMA journal_mode",
            "PRAGMA integrity_check")) {
      assertThat(rows(made, query)).as(query).isEqualTo(rows(migrated, query)).isNotEmpty();
    }
  }

  @Test
  void a_later_version_finds_what_it_has_to_migrate_from() throws Exception {
    Ledger.open(new StateFolder(folder), Clock.systemUTC()).close();
    Path later = Files.createDirectory(folder.resolve("later"));
    Files.writeString(
        later.resolve("V1000__later.sql"), "ALTER TABLE run ADD COLUMN later INTEGER;");

    Flyway.configure()
        .dataSource(url(folder.resolve("ledger.db")), null, null)
        .locations("classpath:db/migration")
        .load()
        .validate();
    MigrateResult same = migrate("classpath:db/migration");
    MigrateResult next = migrate("classpath:db/migration", "filesystem:" + later);

    assertThat(same.migrationsExecuted).isZero();
    assertThat(next.migrationsExecuted).isOne();
  }

  private MigrateResult migrate(String... locations) {
    return Flyway.configure()
        .dataSource(url(folder.resolve("ledger.db")), null, null)
        .locations(locations)
        .load()
        .migrate();
  }

  @Test
  void an_empty_file_and_a_database_without_tables_become_a_ledger() throws Exception {
    StateFolder empty = new StateFolder(Files.createDirectory(folder.resolve("empty")));
    Files.createFile(empty.path().resolve("ledger.db"));
    StateFolder begun = new StateFolder(Files.createDirectory(folder.resolve("begun")));
    rows(begun.path().resolve("ledger.db"), "PRAGMA journal_mode=WAL"); // then it was killed

    for (StateFolder state : List.of(empty, begun)) {
      Ledger.open(state, Clock.systemUTC()).close();
      assertThat(rows(state.path().resolve("ledger.db"), HISTORY))
          .hasSize(Integer.parseInt(LedgerDatabase.NEWEST));
    }
  }

  @Test
  void what_was_killed_in_the_middle_leaves_nothing() throws Exception {
    Path ledger = folder.resolve("ledger.db");
    rows(ledger, "PRAGMA journal_mode=WAL");
    Path killed = folder.resolve("killed.db");
    try (Connection connection = DriverManager.getConnection(url(ledger));
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA cache_size=1"); // so that pages are in the log before the end
      statement.execute("BEGIN IMMEDIATE");
      statement.executeUpdate(Files.readString(SCRIPT));
      for (String ending : List.of("", "-wal")) {
        Files.copy(Path.of(ledger + ending), Path.of(killed + ending));
      }
    }
    assertThat(Path.of(killed + "-wal")).isNotEmptyFile();
    assertThat(rows(killed, "SELECT * FROM sqlite_master")).isEmpty();
    Files.delete(ledger);
    Files.move(killed, ledger);

    Ledger.open(new StateFolder(folder), Clock.systemUTC()).close();

    assertThat(rows(ledger, HISTORY)).hasSize(Integer.parseInt(LedgerDatabase.NEWEST));
  }

  @Test
  void a_ledger_that_an_older_program_has_just_made_is_migrated() throws Exception {
    LedgerFile file = new LedgerFile(new StateFolder(folder));
    assertThat(file.version()).isEmpty();
    OldLedger.create(file.path(), 3);

    SqliteDatabase.open(file, Optional.empty(), Clock.systemUTC().instant()).close();

    assertThat(rows(file.path(), HISTORY)).hasSize(Integer.parseInt(LedgerDatabase.NEWEST));
  }

  @Test
  void all_who_open_a_new_ledger_at_the_same_moment_find_it_made_once() throws Exception {
    int many = 4;
    ExecutorService threads = Executors.newFixedThreadPool(many);
    try {
      for (int round = 0; round < 20; round++) {
        StateFolder state = new StateFolder(Files.createDirectory(folder.resolve("new" + round)));
        CyclicBarrier together = new CyclicBarrier(many);
        Callable<Boolean> open =
            () -> {
              together.await();
              try (Ledger ledger = Ledger.open(state, Clock.systemUTC())) {
                return ledger.queries().unfinished().isEmpty();
              }
            };
        List<Future<Boolean>> opened = new ArrayList<>();
        for (int i = 0; i < many; i++) {
          opened.add(threads.submit(open));
        }
        for (Future<Boolean> each : opened) {
          assertThat(each.get()).isTrue();
        }
        assertThat(rows(state.path().resolve("ledger.db"), HISTORY))
            .hasSize(Integer.parseInt(LedgerDatabase.NEWEST));
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static String url(Path file) {
    return "jdbc:sqlite:" + file;
  }

  private static String script(Path ledger) throws Exception {
    StringBuilder script =
        new StringBuilder("-- Written by NewLedgerGoldenTest from db/migration; see NewLedger.\n");
    for (List<String> row :
        rows(ledger, "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid")) {
      script.append(row.get(0)).append(";\n");
    }
    for (List<String> row :
        rows(
            ledger,
            "SELECT installed_rank, quote(version), quote(description), quote(type), quote(script),"
                + " checksum, quote(installed_by), success FROM flyway_schema_history ORDER BY 1")) {
      List<String> values = new ArrayList<>(row);
      values.add(7, "0");
      script
          .append("INSERT INTO flyway_schema_history (installed_rank, version, description, type,")
          .append(" script, checksum, installed_by, execution_time, success) VALUES (")
          .append(String.join(", ", values))
          .append(");\n");
    }
    return script.toString();
  }

  private static List<List<String>> rows(Path file, String query) throws Exception {
    List<List<String>> rows = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection(url(file));
        Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery(query)) {
      while (found.next()) {
        List<String> row = new ArrayList<>();
        for (int i = 1; i <= found.getMetaData().getColumnCount(); i++) {
          row.add(found.getString(i));
        }
        rows.add(row);
      }
    }
    return rows;
  }
}
