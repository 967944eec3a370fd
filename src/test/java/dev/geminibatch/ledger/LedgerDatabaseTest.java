package dev.geminibatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.run.StateFolder;
import dev.geminibatch.service.JobName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.util.OSInfo;

/** The database and its migrations. */
class LedgerDatabaseTest {
  @Test
  void the_newest_migration_is_known_so_that_a_start_can_skip_them() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("src/main/resources/db/migration"))) {
      assertThat(files.map(file -> file.getFileName().toString().replaceFirst("__.*", "")))
          .contains("V" + LedgerDatabase.NEWEST)
          .doesNotContain("V" + (Integer.parseInt(LedgerDatabase.NEWEST) + 1));
    }
  }

  @Test
  void the_system_is_called_what_the_driver_calls_it() {
    assertThat(NativeSqlite.system()).isEqualTo(OSInfo.getNativeLibFolderPathForCurrentOS());
  }

  @Test
  void the_ledger_is_one_file_with_its_log(@TempDir Path folder) throws IOException {
    try (Ledger ledger = Ledger.open(new StateFolder(folder), Clock.systemUTC())) {
      ledger.jobs().cancelAsked(new JobName("batches/x"));

      try (Stream<Path> files = Files.list(folder)) {
        assertThat(files.map(file -> file.getFileName().toString()))
            .filteredOn(name -> name.contains("ledger"))
            .containsExactlyInAnyOrder("ledger.db", "ledger.db-wal", "ledger.db-shm");
      }
    }
  }

  @Test
  void a_statement_is_prepared_once_however_its_parameters_are_written(@TempDir Path folder)
      throws IOException {
    try (LedgerDatabase database = open(folder)) {
      Set<PreparedStatement> prepared = Collections.newSetFromMap(new IdentityHashMap<>());

      for (int i = 0; i < 3; i++) {
        int number = i;
        int named = database.quick().withHandle(h -> plusOne(h, ":a", number, prepared));
        int counted = database.quick().withHandle(h -> plusOne(h, "?", number, prepared));
        assertThat(named).isEqualTo(counted).isEqualTo(i + 1);
      }

      assertThat(prepared).hasSize(1);
    }
  }

  private static int plusOne(
      Handle handle, String parameter, int number, Set<PreparedStatement> prepared) {
    Query query = handle.createQuery("SELECT " + parameter + " + 1");
    prepared.add(query.statement());
    query = parameter.equals("?") ? query.bind(0, number) : query.bind("a", number);
    return query.mapTo(Integer.class).one();
  }

  @Test
  void threads_that_write_at_once_lose_nothing(@TempDir Path folder) throws Exception {
    try (LedgerDatabase database = open(folder)) {
      ExecutorService threads = Executors.newFixedThreadPool(8);
      try {
        List<Future<?>> writers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
          Access access = i % 2 == 0 ? database.durable() : database.quick();
          writers.add(
              threads.submit(
                  () -> {
                    for (int n = 0; n < 50; n++) {
                      access.useTransaction(LedgerDatabaseTest::count);
                    }
                  }));
        }
        for (Future<?> each : writers) {
          each.get();
        }
      } finally {
        threads.shutdownNow();
      }

      assertThat(counted(database.reading())).isEqualTo(400);
    }
  }

  @Test
  void a_transaction_that_fails_leaves_nothing_and_holds_nobody_up(@TempDir Path folder)
      throws Exception {
    try (LedgerDatabase database = open(folder)) {
      assertThatThrownBy(
              () ->
                  database
                      .durable()
                      .useTransaction(
                          handle -> {
                            count(handle);
                            throw new IllegalStateException("no such move");
                          }))
          .hasMessage("no such move");
      assertThatThrownBy(
              () ->
                  database
                      .quick()
                      .useTransaction(
                          handle -> {
                            count(handle);
                            handle.execute("UPDATE turn SET project = NULL WHERE now / 0 = 1 OR x");
                          }))
          .isInstanceOf(LedgerException.class);

      database.quick().useTransaction(LedgerDatabaseTest::count);

      assertThat(counted(database.reading())).isEqualTo(1);
    }
  }

  @Test
  void a_transaction_inside_another_one_is_a_part_of_it(@TempDir Path folder) throws Exception {
    try (LedgerDatabase database = open(folder)) {
      assertThatThrownBy(
              () ->
                  database
                      .durable()
                      .useTransaction(
                          handle -> {
                            database.quick().useTransaction(LedgerDatabaseTest::count);
                            throw new IllegalStateException("outer");
                          }))
          .hasMessage("outer");

      assertThat(counted(database.quick())).isZero();
    }
  }

  @Test
  void an_interrupted_thread_can_write_and_so_can_everybody_after_it(@TempDir Path folder)
      throws Exception {
    try (LedgerDatabase database = open(folder)) {
      Thread.currentThread().interrupt();
      try {
        database.durable().useTransaction(LedgerDatabaseTest::count);
      } finally {
        Thread.interrupted();
      }
      database.durable().useTransaction(LedgerDatabaseTest::count);

      assertThat(counted(database.reading())).isEqualTo(2);
    }
  }

  @Test
  void what_a_process_has_written_is_there_for_another_one(@TempDir Path folder) throws Exception {
    try (LedgerDatabase one = open(folder);
        LedgerDatabase other = open(folder)) {
      one.quick().useTransaction(LedgerDatabaseTest::count);
      assertThat(counted(other.quick())).isEqualTo(1);
      other.durable().useTransaction(LedgerDatabaseTest::count);
      assertThat(counted(one.quick())).isEqualTo(2);
    }
  }

  private static LedgerDatabase open(Path folder) throws IOException {
    StateFolder state = new StateFolder(folder);
    Ledger.open(state, Clock.systemUTC()).close(); // loads the library, too
    LedgerFile file = new LedgerFile(state);
    LedgerDatabase database =
        SqliteDatabase.open(file, file.version(), Clock.systemUTC().instant());
    database
        .quick()
        .useTransaction(
            handle ->
                handle.execute(
                    "INSERT INTO turn (project, now) VALUES ('x', 0) ON CONFLICT DO NOTHING"));
    return database;
  }

  private static void count(Handle handle) {
    handle.execute("UPDATE turn SET now = now + 1 WHERE project = ?", "x");
  }

  private static int counted(Access access) {
    return access.withHandle(
        handle -> handle.createQuery("SELECT now FROM turn").mapTo(Integer.class).one());
  }
}
