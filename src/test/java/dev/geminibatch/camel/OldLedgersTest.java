package dev.geminibatch.camel;

import static dev.geminibatch.testkit.Outbox.keys;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.StateFolder;
import dev.geminibatch.testkit.OldLedger;
import dev.geminibatch.testkit.OldState;
import dev.geminibatch.testkit.Service;
import dev.geminibatch.testkit.Workshop;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A state folder with a ledger of every version that there was, killed in the middle of everything,
 * is taken over and brought to its end by this one. {@code UpgradeTest} does the same with a folder
 * that an earlier version's own jar has left behind.
 */
@Tag("camel")
class OldLedgersTest {
  private static final Duration LONG = Duration.ofHours(1);

  /** What is done is not sent again, and each other line once. */
  private static final int JOBS = 9;

  @TempDir Path folder;

  @ParameterizedTest(name = "version {0}")
  @CsvSource(
      textBlock =
          """
          1 | ''
          2 | ''
          3 | ''
          5 | UPDATE run SET strikes = 1, tried_version = 'old' WHERE name = 'open.jsonl'
          6 | UPDATE run SET priority = 9 WHERE name = 'queued.jsonl'
          7 | INSERT INTO model_turn VALUES ('p', 'gemini-x', 4.5)
          """,
      delimiter = '|')
  void a_ledger_of_any_version_is_finished_without_a_second_job(int version, String more)
      throws Exception {
    try (Workshop workshop =
        Workshop.open(
            folder,
            sandbox -> {
              // Loads the library as the program does; two in one process do not go together.
              Ledger.open(new StateFolder(folder.resolve("first")), Clock.systemUTC()).close();
              OldState.restore(folder, sandbox, LONG);
              Path ledger = folder.resolve("state/ledger.db");
              OldLedger.convert(ledger, version);
              if (version > 4) {
                pauseByHand(ledger, "uploaded.jsonl");
                sql(ledger, more);
              }
            },
            "gemini.model=gemini-3-flash-preview")) {
      if (version > 4) {
        await().until(() -> workshop.sandbox().counters().jobsCreated() == JOBS - 1);
        Run paused = workshop.ledger().queries().lastOf("uploaded.jsonl").orElseThrow();
        assertThat(paused.isPaused()).isTrue();
        workshop.ledger().control().resume(paused.id());
      }
      await().until(() -> workshop.sandbox().counters().jobsCreated() >= JOBS);
      workshop.sandbox().setJobTime(Duration.ZERO);
      await()
          .untilAsserted(() -> assertThat(workshop.runs()).hasSize(11).allMatch(Run::isDelivered));

      assertThat(workshop.sandbox().counters().jobsCreated()).isEqualTo(JOBS);
      Service service = new Service(workshop.sandbox().baseUrl());
      List<JsonNode> jobs = service.jobs();
      assertThat(jobs)
          .flatExtracting(job -> service.answers(job.at("/response/responsesFile").asText()))
          .extracting(answer -> answer.at("/response/sandbox/requestSha256").asText())
          .as("no request is in two jobs")
          .hasSize(OldState.LINES_OF_JOBS)
          .doesNotHaveDuplicates();
      OldState.ANSWERED.forEach(
          (run, lines) ->
              assertThat(keys(workshop.outbox().results(run))).as(run).isEqualTo(lines));
      assertThat(folder.resolve("state/ledger.db.before-V10"))
          .satisfies(
              copy -> {
                if (version < 8) {
                  assertThat(copy).exists();
                } else {
                  assertThat(copy).doesNotExist();
                }
              });
    }
  }

  private static void pauseByHand(Path ledger, String run) throws Exception {
    sql(ledger, "UPDATE run SET held = 3 WHERE name = '" + run + "'");
  }

  private static void sql(Path ledger, String sql) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + ledger);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
