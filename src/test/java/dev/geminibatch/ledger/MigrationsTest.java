package dev.geminibatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunState;
import dev.geminibatch.run.StateFolder;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.testkit.OldLedger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From every version of the tables that there ever was, every row comes into the present one. */
class MigrationsTest {
  private static final long TIME = 1_764_000_000_000L;

  @TempDir Path folder;

  /** Rows as that version wrote them: a run in each state, each with a job in each state. */
  private void fill(int version) throws Exception {
    NativeSqlite.load(new StateFolder(folder)); // two libraries in one process do not go together
    Path ledger = folder.resolve("ledger.db");
    OldLedger.create(ledger, version);
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + ledger);
        Statement sql = connection.createStatement()) {
      connection.setAutoCommit(false);
      for (RunState state : RunState.values()) {
        sql.execute(
            "INSERT INTO run (id, name, source, from_inbox, output, model, media_root, display_name,"
                + " forced, state, reason, attempt, tries, next_try, fingerprint, leader, requests,"
                + " created_at, updated_at) VALUES ('"
                + state
                + "', '"
                + state.name().toLowerCase(Locale.ROOT)
                + ".jsonl', '/in/ש.jsonl', 1, '/out/"
                + state
                + "', 'gemini-x', '/media', 'x', 0, '"
                + state
                + "', 'why', 2, 3, "
                + TIME
                + ", 'print', NULL, 7, "
                + TIME
                + ", "
                + TIME
                + ")");
        for (JobState job : JobState.values()) {
          sql.execute(
              "INSERT INTO job (run_id, number, attempt, model, requests, state, display_name,"
                  + " project, input_file, name, submitted_at) VALUES ('"
                  + state
                  + "', "
                  + (job.ordinal() + 1)
                  + ", 1, 'gemini-x', 5, '"
                  + job
                  + "', 'x ["
                  + state
                  + "."
                  + (job.ordinal() + 1)
                  + "]', 'p', 'files/x', 'batches/"
                  + state
                  + job
                  + "', "
                  + TIME
                  + ")");
        }
      }
      sql.execute(
          "INSERT INTO media (run_id, tag, path, sha256, size, mime)"
              + " VALUES ('UPLOADED', 'a.png', '/media/a.png', 'abc', 9, 'image/png')");
      sql.execute("INSERT INTO digest VALUES ('/media/a.png', 9, 1, 'abc', 'image/png')");
      sql.execute(
          "INSERT INTO upload VALUES ('p', 'abc', 'files/a', 'https://x/a', 'image/png', 9, "
              + TIME
              + ", 4000000000000)");
      if (version >= 2) {
        sql.execute(
            "UPDATE run SET waits_for = 'QUOTA', waits_project = 'p', waits_model = 'gemini-x',"
                + " waits_seen = 1 WHERE id = 'ASSEMBLED'");
        sql.execute("UPDATE run SET dry_run = 1 WHERE id = 'INSPECTED'");
        sql.execute("UPDATE job SET creation = 2, creating_at = 5 WHERE state = 'CREATING'");
      }
      if (version >= 4) {
        sql.execute("UPDATE run SET held = 1, profile = 'shop' WHERE id = 'UPLOADED'");
      }
      if (version >= 5) {
        sql.execute(
            "UPDATE run SET strikes = 2, held = 2, tried_memory = 1, tried_version = '1'"
                + " WHERE id = 'RECEIVED'");
      }
      if (version >= 6) {
        sql.execute("UPDATE run SET priority = 9, cancelled = 1 WHERE id = 'SUBMITTED'");
        sql.execute(
            "UPDATE job SET pack = 'p20261127-164343-00000000', turn = 3.5,"
                + " tokens = 12, tokens_by_kind = 'latin=12' WHERE state = 'OPEN'");
        sql.execute("INSERT INTO turn VALUES ('p', 2.5)");
        sql.execute("INSERT INTO token_factor VALUES ('gemini-x', 'latin', 10, 11, " + TIME + ")");
        sql.execute(
            "INSERT INTO token_limit (project, model, allowed, updated_at)"
                + " VALUES ('p', 'gemini-x', 77, "
                + TIME
                + ")");
      }
      if (version >= 8) {
        sql.execute("UPDATE job SET done = 3, done_failed = 1 WHERE state = 'OPEN'");
        sql.execute("INSERT INTO daily VALUES ('2026-01-02', 'shop', 'x', 1, 2, 3, 4, 5, 6)");
      }
      connection.commit();
    }
  }

  private List<String> rows(Path ledger) throws Exception {
    List<String> rows = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + ledger);
        Statement sql = connection.createStatement()) {
      for (String table : List.of("run", "job", "media", "digest", "upload")) {
        try (ResultSet found = sql.executeQuery("SELECT * FROM " + table + " ORDER BY 1, 2")) {
          while (found.next()) {
            StringBuilder row = new StringBuilder(table);
            for (int i = 1; i <= found.getMetaData().getColumnCount(); i++) {
              row.append('|').append(found.getString(i));
            }
            rows.add(row.toString());
          }
        }
      }
    }
    return rows;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9})
  void every_row_of_every_version_is_there_and_can_be_read(int version) throws Exception {
    fill(version);
    List<String> before = rows(folder.resolve("ledger.db"));

    try (Ledger ledger = Ledger.open(new StateFolder(folder), Clock.systemUTC())) {
      for (RunState state : RunState.values()) {
        Run run = ledger.queries().run(state.name());
        assertThat(run.state()).isEqualTo(state);
        assertThat(run.reason()).hasValue("why");
        assertThat(run.counts().requests()).isEqualTo(7);
        assertThat(run.profile())
            .isEqualTo(version >= 4 && state == RunState.UPLOADED ? "shop" : "default");
        assertThat(run.isHeld())
            .isEqualTo(
                version >= 4 && state == RunState.UPLOADED
                    || version >= 5 && state == RunState.RECEIVED);
        assertThat(run.options().priority())
            .isEqualTo(version >= 6 && state == RunState.SUBMITTED ? 9 : 5);
        assertThat(ledger.jobs().of(state.name()))
            .extracting(Job::state)
            .containsExactly(JobState.values());
      }
      assertThat(
              ledger
                  .uploads()
                  .contains(new ProjectId("p"), "abc", "image/png", Instant.ofEpochMilli(TIME)))
          .isTrue();
      assertThat(ledger.jobs().of("SUBMITTED").get(JobState.OPEN.ordinal()).remote().done())
          .isEqualTo(version >= 8 ? Optional.of(new Job.Done(3, 1)) : Optional.empty());
      assertThat(ledger.daily().totals(Daily.By.DAY, LocalDate.EPOCH, LocalDate.of(2999, 1, 1)))
          .hasSize(version >= 8 ? 1 : 0);
      ledger.audit().write("somebody", "opened it", Optional.empty());
      assertThat(ledger.audit().page(Long.MAX_VALUE, 9)).hasSize(1);
      assertThat(ledger.events().page(Long.MAX_VALUE, 9)).isEmpty();
      assertThat(ledger.restoration().inWords()).isEmpty();
    }

    List<String> after = rows(folder.resolve("ledger.db"));
    assertThat(after).hasSameSizeAs(before);
    for (int i = 0; i < before.size(); i++) {
      assertThat(after.get(i)).as("columns are only added").startsWith(before.get(i));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 6})
  void before_a_migration_the_ledger_is_kept_as_the_older_program_needs_it(int version)
      throws Exception {
    fill(version);
    Path ledger = folder.resolve("ledger.db");
    List<String> before = rows(ledger);
    Files.writeString(folder.resolve("ledger.db.before-V3"), "of an upgrade before");

    Ledger.open(new StateFolder(folder), Clock.systemUTC()).close();
    Path copy = folder.resolve("ledger.db.before-V10");
    Ledger.open(new StateFolder(folder), Clock.systemUTC()).close();

    assertThat(rows(copy)).isEqualTo(before);
    assertThat(folder.resolve("ledger.db.before-V3")).as("only the last one").doesNotExist();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(copy)))
        .isEqualTo("rw-------");
    // The older program, as far as the ledger is concerned, and then this one again.
    for (String name : List.of("ledger.db", "ledger.db-wal", "ledger.db-shm")) {
      Files.deleteIfExists(folder.resolve(name));
    }
    Files.move(copy, ledger);
    OldLedger.create(ledger, version);
    try (Ledger again = Ledger.open(new StateFolder(folder), Clock.systemUTC())) {
      assertThat(again.queries().run("SUBMITTED").state()).isEqualTo(RunState.SUBMITTED);
      assertThat(again.restoration().inWords()).as("it is a copy").isPresent();
    }
  }

  @Test
  void a_second_process_in_the_middle_of_a_migration_does_not_replace_the_copy() throws Exception {
    fill(5);
    Path copy = Files.writeString(folder.resolve("ledger.db.before-V10"), "of version 4");

    Ledger.open(new StateFolder(folder), Clock.systemUTC()).close();

    assertThat(copy).hasContent("of version 4");
  }

  @Test
  void a_ledger_that_is_up_to_date_is_not_copied() throws Exception {
    fill(10);

    Ledger.open(new StateFolder(folder), Clock.systemUTC()).close();

    assertThat(LedgerCopy.before(new StateFolder(folder))).isEmpty();
  }

  @Test
  void a_ledger_of_a_version_that_never_was_is_refused() throws Exception {
    fill(4);
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("ledger.db"));
        Statement sql = connection.createStatement()) {
      sql.execute("UPDATE flyway_schema_history SET checksum = 1 WHERE version = '2'");
    }

    assertThatThrownBy(() -> Ledger.open(new StateFolder(folder), Clock.systemUTC()))
        .hasMessageContaining("cannot be used by this version");
  }
}
