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
import java.time.Duration;
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
}
