package dev.geminibatch.ledger;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

/**
 * Makes the tables of a new ledger in one step, as they are after all migrations, with Flyway's
 * record of these. The first command in a state folder does not have to load Flyway for that, which
 * takes longer than all else that it does with the ledger.
 */
final class NewLedger {
  /** Written by a test, from what the migrations make. */
  static final String SCRIPT = "db/new-ledger.sql";

  private NewLedger() {}

  /**
   * Makes the tables, all or none, unless there are any.
   *
   * @return whether they are up to date now, whoever has made them
   */
  static boolean make(DataSource database) {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(false); // takes the lock for writing: a second process waits here
      boolean isUpToDate = make(connection);
      connection.commit();
      return isUpToDate;
    } catch (SQLException e) {
      throw new LedgerException(e);
    }
  }

  private static boolean make(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      if (isTrue(statement, "SELECT COUNT(*) = 0 FROM sqlite_master")) {
        statement.executeUpdate(script());
      }
      return isTrue(
          statement,
          "SELECT COUNT(*) > 0 FROM flyway_schema_history WHERE success = 1 AND version = '"
              + LedgerDatabase.NEWEST
              + "'");
    } catch (SQLException | RuntimeException e) {
      connection.rollback();
      throw e;
    }
  }

  private static boolean isTrue(Statement statement, String query) throws SQLException {
    try (ResultSet row = statement.executeQuery(query)) {
      return row.next() && row.getBoolean(1);
    }
  }

  private static String script() {
    try (InputStream in = NewLedger.class.getResourceAsStream("/" + SCRIPT)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
