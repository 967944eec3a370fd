package dev.geminibatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a scrape or a page asks does not become slower with what is finished. */
class CensusPlanTest {
  @TempDir Path folder;

  static List<String> questions() {
    return List.of(
        Census.RUNS, Census.JOBS, Census.ENQUEUED, Paces.ENDED, Paces.OPEN, RunCosts.PAGE);
  }

  @ParameterizedTest
  @MethodSource("questions")
  void no_question_reads_a_whole_table(String sql) throws IOException, SQLException {
    try (StageFixture fixture = StageFixture.open(folder);
        Connection connection =
            DriverManager.getConnection(
                "jdbc:sqlite:" + fixture.folders().state().resolve("ledger.db"));
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("EXPLAIN QUERY PLAN " + sql)) {
      while (rows.next()) {
        assertThat(rows.getString("detail")).doesNotContainPattern("^SCAN (run|job)\\b");
      }
    }
  }
}
