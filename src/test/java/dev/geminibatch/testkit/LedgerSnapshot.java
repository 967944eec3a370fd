package dev.geminibatch.testkit;

import java.sql.SQLException;
import java.util.List;

/** What the tables of a ledger were like at a moment, to be put back under those who use it. */
public final class LedgerSnapshot {
  private final PostgresServer server;
  private final String database;
  private final List<String> tables;

  private LedgerSnapshot(PostgresServer server, String database, List<String> tables) {
    this.server = server;
    this.database = database;
    this.tables = tables;
  }

  /** Keeps everything but the triggers of ticks. */
  public static LedgerSnapshot take(PostgresServer server, String database) throws SQLException {
    String tables =
        server.value(
            database,
            "SELECT string_agg(tablename, ',') FROM pg_tables WHERE schemaname = 'gemini_batch'"
                + " AND tablename NOT LIKE 'qrtz%' AND tablename NOT LIKE 'flyway%'");
    StringBuilder sql = new StringBuilder("BEGIN ISOLATION LEVEL REPEATABLE READ;");
    sql.append("DROP SCHEMA IF EXISTS kept CASCADE; CREATE SCHEMA kept;");
    for (String table : tables.split(",")) {
      sql.append("CREATE TABLE kept." + table + " AS TABLE gemini_batch." + table + ";");
    }
    server.execute(database, sql + "COMMIT");
    return new LedgerSnapshot(server, database, List.of(tables.split(",")));
  }

  /** The ledger goes back to it, at once. */
  public void putBack() throws SQLException {
    StringBuilder sql = new StringBuilder("BEGIN; SET LOCAL session_replication_role = replica;");
    for (String table : tables) {
      sql.append("DELETE FROM gemini_batch." + table + ";");
      sql.append("INSERT INTO gemini_batch." + table);
      sql.append(" OVERRIDING SYSTEM VALUE SELECT * FROM kept." + table + ";");
    }
    server.execute(database, sql + "COMMIT");
  }
}
