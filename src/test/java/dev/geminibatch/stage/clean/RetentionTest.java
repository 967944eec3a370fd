package dev.geminibatch.stage.clean;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.ledger.JobLedger;
import dev.geminibatch.ledger.RunLedger;
import dev.geminibatch.ledger.RunQueries;
import dev.geminibatch.run.InputArchive;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is forgotten. */
class RetentionTest {
  @TempDir Path folder;
  private StageFixture fixture;
  private RunLedger runs;
  private JobLedger jobs;
  private RunQueries queries;

  @BeforeEach
  void open() throws IOException {
    fixture = StageFixture.open(folder);
    runs = fixture.runs();
    jobs = fixture.jobs();
    queries = fixture.ledger().queries();
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  @Test
  void what_was_finished_long_ago_is_forgotten_with_its_files() throws IOException {
    String old = fixture.delivered("old.jsonl");
    Path archived = fixture.folders().archive().resolve("old.jsonl");
    InputArchive.link(
        fixture.folders().archive(),
        fixture.run(old),
        fixture.folderOf(old),
        fixture.folders().reserve());
    Path original =
        Files.writeString(
            InputArchive.original(fixture.folders().archive(), fixture.run(old)), "x");
    String leader = fixture.delivered("leader.jsonl");
    String follower = fixture.dropped("follower.jsonl");
    runs.inspected(follower, leader, 1, 0, true);
    String unfinished = fixture.dropped("unfinished.jsonl");
    Path strange = Files.writeString(fixture.folders().archive().resolve("strange.jsonl"), "x");
    fixture.clock().forward(Duration.ofDays(31));
    String recent = fixture.delivered("recent.jsonl");

    new Retention(fixture.context()).clean();

    assertThat(queries.find(old)).isEmpty();
    assertThat(jobs.of(old)).isEmpty();
    assertThat(fixture.folderOf(old).input()).doesNotExist();
    assertThat(archived).doesNotExist();
    assertThat(original).doesNotExist();
    assertThat(strange).as("not ours").exists();
    for (String kept : List.of(leader, follower, unfinished, recent)) {
      assertThat(queries.find(kept)).as(kept).isPresent();
      assertThat(fixture.folderOf(kept).input()).exists();
    }
  }

  @Test
  void what_a_killed_process_has_left_of_removed_runs_is_found_again() throws IOException {
    Path left = fixture.folderOf("20200101-000000-aaaaaa").path();
    Files.createDirectories(left);
    Files.writeString(left.resolve("input.jsonl"), "x");
    Path young = fixture.folderOf("20200101-000000-bbbbbb").path();
    Files.createDirectories(young);
    Files.writeString(young.resolve("input.jsonl"), "x");
    Path part = Files.createDirectories(fixture.context().state().remoteMedia()).resolve(".1.part");
    Files.writeString(part, "half a picture");
    Path copy =
        Files.writeString(fixture.folders().state().resolve("ledger.db.before-V10"), "an old one");
    Path trial = Files.writeString(fixture.folders().state().resolve("health-4711"), "x");
    String run = fixture.dropped("present.jsonl");
    Instant old = fixture.clock().instant().minus(Duration.ofDays(31));
    for (Path each : List.of(left, part, trial, copy, fixture.folderOf(run).path())) {
      Files.setLastModifiedTime(each, FileTime.from(old));
    }

    new Retention(fixture.context()).clean();

    assertThat(left).doesNotExist();
    assertThat(part).doesNotExist();
    assertThat(trial).doesNotExist();
    assertThat(copy).doesNotExist();
    assertThat(young).exists();
    assertThat(fixture.folderOf(run).input()).as("the ledger has it").exists();
  }

  @Test
  void the_files_of_runs_that_a_restored_ledger_has_lost_stay() throws Exception {
    Path lost = fixture.folderOf("20200101-000000-aaaaaa").path();
    Files.createDirectories(lost);
    Files.writeString(lost.resolve("input.jsonl"), "the only copy");
    Instant old = fixture.clock().instant().minus(Duration.ofDays(31));
    Files.setLastModifiedTime(lost, FileTime.from(old));
    fixture.dropped("unfinished.jsonl");
    fixture.sql("PRAGMA user_version = " + fixture.clock().millis() / 60_000);
    fixture.close();
    fixture = StageFixture.open(folder);

    new Retention(fixture.context()).clean();

    assertThat(lost.resolve("input.jsonl")).exists();
  }

  @Test
  void one_run_whose_files_cannot_be_removed_keeps_no_other_and_is_tried_again() throws Exception {
    String stuck = fixture.delivered("stuck.jsonl");
    String old = fixture.delivered("old.jsonl");
    Path inside = Files.createDirectories(fixture.folderOf(stuck).path().resolve("mine"));
    Files.writeString(inside.resolve("x"), "x");
    fixture.clock().forward(Duration.ofDays(31));

    new Retention(fixture.context()).clean();

    assertThat(queries.find(old)).isEmpty();
    assertThat(queries.find(stuck)).isPresent();
    Files.delete(inside.resolve("x"));
    new Retention(fixture.context()).clean();
    assertThat(queries.find(stuck)).isEmpty();
  }

  @Test
  void what_was_learned_of_models_and_files_that_no_run_has_is_forgotten() throws Exception {
    String run = fixture.delivered("recent.jsonl");
    long now = fixture.clock().millis();
    long old = now - Duration.ofDays(31).toMillis();
    for (String model : List.of("gemini-x", "gone")) { // the run has a job of the first one
      fixture.sql("INSERT INTO model_turn VALUES ('p', '" + model + "', 1.5)");
      fixture.sql("INSERT INTO token_factor VALUES ('" + model + "', 'latin', 1, 1, " + old + ")");
      fixture.sql(
          "INSERT INTO token_limit (project, model, allowed, updated_at) VALUES ('p', '"
              + model
              + "', 1, "
              + old
              + ")");
    }
    fixture.sql("INSERT INTO token_factor VALUES ('new', 'latin', 1, 1, " + now + ")");
    fixture.sql(
        "INSERT INTO media (run_id, tag, path) VALUES ('" + run + "', 'kept.png', '/kept.png')");
    for (String path : List.of("/kept.png", "/gone.png")) {
      fixture.sql("INSERT INTO digest VALUES ('" + path + "', 1, 1, 'x', 'image/png')");
    }
    Retention retention = new Retention(fixture.context());

    retention.clean();
    assertThat(texts("SELECT path FROM digest"))
        .as("of a run that is being inspected, perhaps")
        .contains("/gone.png");
    retention.clean();

    assertThat(texts("SELECT path FROM digest")).containsExactly("/kept.png");
    assertThat(texts("SELECT model FROM model_turn WHERE project = 'p'"))
        .containsExactly("gemini-x");
    assertThat(texts("SELECT model FROM token_limit")).containsExactly("gemini-x");
    assertThat(texts("SELECT model FROM token_factor ORDER BY 1"))
        .containsExactly("gemini-x", "new");
  }

  private List<String> texts(String sql) throws SQLException {
    String url = "jdbc:sqlite:" + fixture.folders().state().resolve("ledger.db");
    List<String> texts = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        texts.add(rows.getString(1));
      }
    }
    return texts;
  }
}
