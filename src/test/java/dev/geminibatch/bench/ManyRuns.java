package dev.geminibatch.bench;

import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.run.StateFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;

/** Fills a ledger with runs as they are after a long time of much work, each with a job. */
final class ManyRuns {
  /** So many open runs are with the service, in packs. */
  private static final int SENT = 9_000;

  private static final int PACKS = 90;

  private static final String RUN =
      """
      WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < %1$d)
      INSERT INTO run (id, name, source, from_inbox, output, model, media_root, display_name,
        forced, state, reason, fingerprint, requests, answered, created_at, updated_at, profile,
        waits_for, waits_project, waits_model)
      SELECT printf('%2$s-%%08d', i), printf('letters %%d.jsonl', i),
        printf('/data/inbox/letters %%d.jsonl', i), 1,
        printf('/data/outbox/letters %%d-batch-results.jsonl', i), 'gemini-3-flash', '/data/media',
        'letters', 0, %3$s, %4$s, printf('%2$s%%048d', i), 100, 0, %5$d - (%1$d - i) * 500,
        %5$d - (%1$d - i) * 400, CASE i %% 7 WHEN 0 THEN 'books' ELSE 'default' END,
        %6$s, %7$s, %7$s FROM n""";

  private static final String JOB =
      """
      INSERT INTO job (run_id, number, attempt, model, requests, state, display_name, project,
        tokens, tokens_by_kind, turn, pack, name, submitted_at, responses_file, ended_at,
        answered, tokens_in, tokens_out)
      SELECT id, 1, 1, 'models/gemini-3-flash', 100, %1$s, %2$s, 'project', 10000, 'latin=10000',
        rowid, %3$s, %4$s, created_at, %5$s, %6$s, %7$s, %7$s * 100, %7$s * 200
      FROM run WHERE %8$s""";

  private ManyRuns() {}

  static void make(Path folder, int finished, int open) throws IOException, SQLException {
    Ledger.open(new StateFolder(folder), Clock.systemUTC()).close();
    long now = Clock.systemUTC().millis();
    try (Connection ledger =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("ledger.db"));
        Statement sql = ledger.createStatement()) {
      sql.execute("PRAGMA synchronous=OFF");
      sql.execute("PRAGMA cache_size=-200000");
      ledger.setAutoCommit(false);
      String ended = "CASE i % 50 WHEN 0 THEN 'FAILED' ELSE 'DELIVERED' END";
      String isWaiting = "CASE WHEN i >= " + SENT + " THEN ";
      sql.execute(RUN.formatted(finished, "20260101-000000", ended, "NULL", now, "NULL", "NULL"));
      sql.execute(
          RUN.formatted(
              open,
              "20260102-000000",
              isWaiting + "'ASSEMBLED' ELSE 'SUBMITTED' END",
              isWaiting + "'90 jobs are open, as many as may be' END",
              now,
              isWaiting + "'ROOM' END",
              isWaiting + "'project' END"));
      String own = "id || ' [1]'";
      sql.execute(
          JOB.formatted(
              "'COLLECTED'",
              own,
              "NULL",
              "'batches/' || id",
              "'files/' || id",
              "updated_at",
              "99",
              "state IN ('DELIVERED', 'FAILED')"));
      String none = "NULL";
      sql.execute(
          JOB.formatted("'ASSEMBLED'", own, none, none, none, none, "0", "state = 'ASSEMBLED'"));
      String pack = "'p' || (rowid % " + PACKS + ")";
      sql.execute(
          JOB.formatted(
              "'OPEN'",
              pack,
              pack,
              "'batches/' || " + pack,
              none,
              none,
              "0",
              "state = 'SUBMITTED'"));
      ledger.commit();
    }
  }
}
