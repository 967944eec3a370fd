package dev.geminibatch.ledger;

import dev.geminibatch.io.PrivateFiles;
import dev.geminibatch.run.StateFolder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.Supplier;
import javax.sql.DataSource;

/**
 * Makes the tables of a new ledger in one step, as they are after all migrations, with Flyway's
 * record of these. The first command in a state folder does not have to load Flyway for that, which
 * takes longer than all else that it does with the ledger.
 */
final class NewLedger {
  /** Written by a test, from what the migrations make. */
  static final String SCRIPT = "db/new-ledger.sql";

  private static final String LOCK = ".new-ledger.lock";

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

  /**
   * Works on a ledger that may have no tables yet, while nobody else does: the database lets only
   * one connection change how it writes, and refuses the others.
   */
  static <T> T alone(StateFolder state, Supplier<T> work) throws IOException {
    Path name = state.path().resolve(LOCK);
    synchronized (NewLedger.class) { // a file lock keeps other processes out only
      try (FileChannel file = PrivateFiles.lockable(name);
          FileLock lock = file.lock()) {
        T done = work.get();
        Files.deleteIfExists(name); // who still waits for it finds the tables made
        return done;
      }
    }
  }

  /** The same through a connection that is in a transaction. */
  static boolean make(Connection connection) throws SQLException {
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
