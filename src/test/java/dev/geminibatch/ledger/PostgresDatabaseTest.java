package dev.geminibatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.io.UsageException;
import dev.geminibatch.ledger.LedgerNotes.Note;
import dev.geminibatch.media.FileStamp;
import dev.geminibatch.media.MediaFile;
import dev.geminibatch.media.MediaIndex;
import dev.geminibatch.run.StateFolder;
import dev.geminibatch.testkit.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is different when the ledger is on a server. */
class PostgresDatabaseTest extends PostgresFixture {
  private PostgresDatabase database;

  @BeforeEach
  void open() throws IOException, SQLException {
    database = PostgresDatabase.open(address());
    database
        .quick()
        .useTransaction(
            handle -> handle.execute("INSERT INTO turn (project, now) VALUES (?, 0)", "x"));
  }

  @AfterEach
  void close() {
    database.close();
  }

  private static void count(Handle handle) {
    handle.execute("UPDATE turn SET now = now + 1 WHERE project = ?", "x");
  }

  private static int counted(Access access) {
    return access.withHandle(
        handle -> handle.createQuery("SELECT now FROM turn").mapTo(Integer.class).one());
  }

  @Test
  void a_transaction_inside_another_one_is_a_part_of_it() {
    assertThatThrownBy(
            () ->
                database
                    .durable()
                    .useTransaction(
                        outer -> {
                          database.quick().useTransaction(PostgresDatabaseTest::count);
                          assertThat(counted(database.quick())).isEqualTo(1);
                          assertThat(counted(database.reading())).isEqualTo(1);
                          throw new IllegalStateException("outer");
                        }))
        .hasMessage("outer");

    assertThat(counted(database.quick())).isZero();
  }

  @Test
  void a_server_that_took_no_writes_for_a_while_is_written_to_again() throws SQLException {
    server.execute(
        "postgres", "ALTER DATABASE " + name + " SET default_transaction_read_only = on");
    server.execute(
        "postgres",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + name + "'");
    for (int attempt = 0; attempt < 3; attempt++) {
      assertThatThrownBy(() -> database.quick().useTransaction(PostgresDatabaseTest::count))
          .isInstanceOfSatisfying(
              LedgerException.class, e -> assertThat(PostgresDatabase.isAway(e.sql())).isTrue());
    }

    server.execute("postgres", "ALTER DATABASE " + name + " RESET default_transaction_read_only");

    database.durable().useTransaction(PostgresDatabaseTest::count);
    assertThat(counted(database.reading())).isEqualTo(1);
  }

  @Test
  void a_session_that_may_not_write_is_given_up() {
    database.quick().useTransaction(handle -> set(handle, "default_transaction_read_only", "on"));
    assertThatThrownBy(() -> database.quick().useTransaction(PostgresDatabaseTest::count))
        .hasMessageContaining("read-only");

    database.quick().useTransaction(PostgresDatabaseTest::count);

    assertThat(counted(database.reading())).isEqualTo(1);
  }

  private static void set(Handle handle, String name, String value) {
    handle
        .createQuery("SELECT set_config(:name, :value, false)")
        .bind("name", name)
        .bind("value", value)
        .mapTo(String.class)
        .one();
  }

  @Test
  void a_statement_that_fails_takes_its_transaction_back_and_holds_nobody_up() {
    assertThatThrownBy(
            () ->
                database
                    .quick()
                    .useTransaction(
                        handle -> {
                          count(handle);
                          handle.execute("UPDATE turn SET now = NULL");
                        }))
        .isInstanceOf(LedgerException.class);

    database.durable().useTransaction(PostgresDatabaseTest::count);

    assertThat(counted(database.reading())).isEqualTo(1);
  }

  @Test
  void what_a_transaction_has_read_still_holds_when_it_writes_whoever_else_writes()
      throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(16);
    try (PostgresDatabase other = PostgresDatabase.open(address())) {
      List<Future<?>> writers = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        Access access = i % 2 == 0 ? database.durable() : other.quick();
        writers.add(
            threads.submit(
                () -> {
                  for (int n = 0; n < 20; n++) {
                    access.useTransaction(
                        handle -> handle.execute("UPDATE turn SET now = ?", 1.0 + counted(access)));
                  }
                }));
      }
      for (Future<?> each : writers) {
        each.get();
      }
    } finally {
      threads.shutdownNow();
    }

    assertThat(counted(database.reading())).isEqualTo(320);
  }

  @Test
  void an_interrupted_thread_can_write() {
    Thread.currentThread().interrupt();
    try {
      database.durable().useTransaction(PostgresDatabaseTest::count);
      assertThat(Thread.currentThread().isInterrupted()).isTrue();
    } finally {
      Thread.interrupted();
    }

    assertThat(counted(database.reading())).isEqualTo(1);
  }

  @Test
  void each_commit_of_whatever_process_changes_the_stamp_once_it_is_seen() throws IOException {
    try (PostgresDatabase other = PostgresDatabase.open(address())) {
      long before = database.stamp();
      other.quick().useTransaction(PostgresDatabaseTest::count);
      long after = database.stamp();

      assertThat(after).isNotEqualTo(before);
      assertThat(database.stamp()).isEqualTo(after);
      long during =
          other
              .quick()
              .inTransaction(
                  handle -> {
                    count(handle);
                    assertThat(counted(database.reading())).as("not committed").isEqualTo(1);
                    return database.stamp();
                  });
      assertThat(database.stamp()).isNotEqualTo(during);
    }
  }

  @Test
  void a_server_that_was_restarted_is_used_again() throws Exception {
    counted(database.reading());
    server.stop();
    try {
      assertThatThrownBy(() -> database.durable().useTransaction(PostgresDatabaseTest::count))
          .isInstanceOf(LedgerException.class);
      assertThatThrownBy(() -> counted(database.reading()))
          .isInstanceOf(LedgerException.class)
          .hasMessageContaining("cannot be used now")
          .hasMessageNotContaining("SELECT");
    } finally {
      server.startAgain();
    }

    database.durable().useTransaction(PostgresDatabaseTest::count);

    assertThat(counted(database.reading())).isEqualTo(1);
  }

  @Test
  void a_transaction_whose_connection_breaks_leaves_nothing() throws Exception {
    assertThatThrownBy(
            () ->
                database
                    .durable()
                    .useTransaction(
                        handle -> {
                          count(handle);
                          handle
                              .createQuery(
                                  "SELECT CAST(pg_terminate_backend(pg_backend_pid()) AS TEXT)")
                              .mapTo(String.class)
                              .one();
                        }))
        .isInstanceOf(LedgerException.class);

    database.durable().useTransaction(PostgresDatabaseTest::count);

    assertThat(counted(database.reading())).isEqualTo(1);
  }

  @Test
  void both_kinds_of_ledger_have_the_same_tables(@TempDir Path folder) throws Exception {
    StateFolder state = new StateFolder(folder);
    Ledger.open(state, Clock.systemUTC()).close();
    SortedSet<String> sqlite = new TreeSet<>();
    SortedSet<String> postgres = new TreeSet<>();
    read(
        "jdbc:sqlite:" + folder.resolve("ledger.db"),
        "SELECT m.name || '.' || c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c"
            + " WHERE m.type = 'table'",
        sqlite);
    read(
        server.url(name),
        "SELECT table_name || '.' || column_name FROM information_schema.columns"
            + " WHERE table_schema = 'gemini_batch'",
        postgres);

    postgres.removeIf(column -> column.startsWith("qrtz_"));
    postgres.removeAll(
        List.of(
            "digest.rowid",
            "note.name",
            "note.minutes",
            "state_folder.mark",
            "member_write.member",
            "member_write.writes",
            "member_write.at",
            "member.silence",
            "moved.mark",
            "moved.place",
            "moved.state"));
    assertThat(postgres).isEqualTo(sqlite);
  }

  private static void read(String url, String sql, SortedSet<String> names) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url, PostgresServer.USER, "any");
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        names.add(rows.getString(1));
      }
    }
  }

  @Test
  void names_that_are_long_or_strange_are_kept_as_far_as_they_can_be(@TempDir Path folder)
      throws IOException {
    try (Ledger ledger = Ledger.open(address(), new StateFolder(folder), Clock.systemUTC())) {
      StringBuilder random = new StringBuilder();
      new Random(1).ints(4000, 'א', 'ת').forEach(each -> random.append((char) each));
      String tag = random.toString();
      MediaFile file = new MediaFile(Path.of("/media/" + tag), "sha", 3, "image/png");
      ledger.media().write("run", List.of(new MediaIndex.Entry(tag, file, null, stamp(), "x")));
      ledger.audit().write("somebody", "renamed a\0b 🙂", Optional.empty());

      assertThat(ledger.media().file("run", tag)).contains(file);
      assertThat(ledger.media().known(file.path(), stamp())).as("examined each time").isEmpty();
      assertThat(ledger.audit().page(Long.MAX_VALUE, 1).get(0).what())
          .isEqualTo("renamed a\uFFFDb 🙂");
    }
  }

  private static FileStamp stamp() {
    return new FileStamp(3, 4);
  }

  @Test
  void a_restored_database_can_be_marked() {
    database.quick().useTransaction(handle -> database.write(handle, Note.LACKS_SINCE, 29_000_000));

    assertThat(Restoration.of(database, new Fences()).inWords()).isPresent();
    assertThat(Restoration.of(database, new Fences()).forgetIfOver()).isTrue();
    assertThat(Restoration.of(database, new Fences()).inWords()).isEmpty();
  }

  @Test
  void a_ledger_of_a_newer_program_is_refused(@TempDir Path folder) throws SQLException {
    server.execute(name, "UPDATE gemini_batch.flyway_schema_history SET version = '999'");

    assertThatThrownBy(() -> PostgresDatabase.open(address()))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("a newer program has used it");
    assertThatThrownBy(() -> LedgerLook.at(address(), new StateFolder(folder), Instant.EPOCH))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("a newer program has used it");
  }

  @Test
  void a_database_that_is_not_there_or_without_unicode_is_refused() throws SQLException {
    server.execute(
        "postgres", "CREATE DATABASE ascii ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0");

    assertThatThrownBy(
            () -> PostgresDatabase.open(new LedgerServer(server.url("none"), "postgres", "secret")))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(
            "cannot be reached: FATAL: database \"none\" does not exist. See that the database")
        .hasMessageNotContaining("secret");
    assertThatThrownBy(
            () -> PostgresDatabase.open(new LedgerServer(server.url("ascii"), "postgres", "x")))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("SQL_ASCII");
  }

  @Test
  void a_start_waits_for_a_server_that_does_not_write_yet_and_for_a_lock(@TempDir Path folder)
      throws SQLException {
    server.execute(
        "postgres", "ALTER DATABASE " + name + " SET default_transaction_read_only = on");

    assertThatThrownBy(
            () -> Ledger.open(address(), new StateFolder(folder), Clock.systemUTC()).close())
        .satisfies(failure -> assertThat(Ledger.away(failure)).isPresent());
    assertThat(PostgresDatabase.isAway(new SQLException("lock timeout", "55P03"))).isTrue();
    assertThat(PostgresDatabase.isAway(new SQLException("no such table", "42P01"))).isFalse();
  }

  @Test
  void a_ledger_knows_the_state_folders_that_have_its_files(@TempDir Path folder)
      throws IOException {
    StateFolder one = new StateFolder(folder.resolve("one"));
    StateFolder other = new StateFolder(folder.resolve("other"));
    Ledger.open(address(), one, Clock.systemUTC()).close();
    String mark = Files.readString(one.ledgerMark());
    Ledger.open(address(), other, Clock.systemUTC()).close();
    Ledger.open(address(), one, Clock.systemUTC()).close();

    assertThat(one.ledgerMark()).hasContent(mark);
    assertThat(Files.readString(other.ledgerMark())).isNotEqualTo(mark);
    assertThat(one.ledger().get(0)).doesNotExist();
  }

  @Test
  void a_new_ledger_beside_runs_of_another_one_is_refused(@TempDir Path folder) throws IOException {
    StateFolder state = new StateFolder(folder);
    Ledger.open(state, Clock.systemUTC()).close();

    assertThatThrownBy(() -> Ledger.open(address(), state, Clock.systemUTC()))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("has runs of another ledger")
        .hasMessageContaining("--move-ledger");
    assertThat(state.ledgerMark()).doesNotExist();
    Files.writeString(state.ledgerMoved(), "jdbc:postgresql://other/db\n");
    assertThatThrownBy(() -> Ledger.open(address(), state, Clock.systemUTC()))
        .hasMessageContaining("Set ledger.url to jdbc:postgresql://other/db");
  }

  @Test
  void a_look_changes_nothing(@TempDir Path folder) throws IOException, SQLException {
    server.execute("postgres", "CREATE DATABASE looked_at");
    LedgerServer empty = new LedgerServer(server.url("looked_at"), PostgresServer.USER, "any");
    StateFolder state = new StateFolder(folder.resolve("none"));

    assertThat(LedgerLook.at(empty, state, Instant.EPOCH).version()).isEmpty();
    assertThat(LedgerLook.at(empty, state, Instant.EPOCH).version()).isEmpty();
    LedgerLook look = LedgerLook.at(address(), state, Instant.EPOCH);
    assertThat(look.isCurrent()).isTrue();
    assertThat(look.open()).isEmpty();
    assertThat(look.sharing()).contains(new LedgerLook.Sharing(List.of(), false));
    Ledger.look(address(), state, new ServerClock(Clock.systemUTC())).close();
    assertThat(state.path()).doesNotExist();
    assertThat(server.value(name, "SELECT COUNT(*) FROM gemini_batch.state_folder")).isEqualTo("0");
  }

  @Test
  void a_server_that_is_down_may_be_back_soon(@TempDir Path folder) throws Exception {
    StateFolder state = new StateFolder(folder);
    server.stop();
    try {
      assertThatThrownBy(() -> PostgresDatabase.open(address()))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("cannot be reached");
      assertThatThrownBy(() -> LedgerLook.at(address(), state, Instant.EPOCH))
          .isInstanceOf(IOException.class);
    } finally {
      server.startAgain();
    }
  }

  @Test
  void schemas_of_one_database_are_ledgers_of_their_own() throws IOException {
    String other = server.url(name) + "?currentSchema=second";
    try (PostgresDatabase second =
        PostgresDatabase.open(new LedgerServer(other, PostgresServer.USER, "any"))) {
      second
          .quick()
          .useTransaction(
              handle -> handle.execute("INSERT INTO turn (project, now) VALUES ('x', 9)"));

      assertThat(counted(second.reading())).isEqualTo(9);
      assertThat(counted(database.reading())).isZero();
    }
  }
}
