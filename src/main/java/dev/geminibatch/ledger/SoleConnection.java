package dev.geminibatch.ledger;

import dev.geminibatch.io.UsageException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * A connection to an SQLite database that nobody else can open meanwhile. What is done is one
 * transaction.
 */
final class SoleConnection implements AutoCloseable {
  private final Connection connection;
  private final Handle handle;

  private SoleConnection(Connection connection) {
    this.connection = connection;
    this.handle = Handle.of(connection);
  }

  /**
   * Opens a ledger; its log is carried over into it and removed.
   *
   * @throws UsageException if another process has it open, or it is damaged
   */
  static SoleConnection toLedger(LedgerFile ledger) {
    String url =
        "jdbc:sqlite:"
            + ledger.path()
            + "?busy_timeout=1000&journal_mode=DELETE&transaction_mode=EXCLUSIVE"
            + "&jdbc.get_generated_keys=false";
    try {
      Connection opened = SqliteDatabase.connect(url);
      try {
        requireAlone(opened);
        requireWhole(opened, ledger);
        return new SoleConnection(opened);
      } catch (SQLException | RuntimeException e) {
        opened.close();
        throw e;
      }
    } catch (SQLException e) {
      throw understood(ledger, e);
    }
  }

  /**
   * Makes a ledger in an empty file that has another name until it is ready. The file is forced to
   * the disk by whoever calls this.
   */
  static SoleConnection toNewLedger(Path part) {
    try {
      Connection opened =
          SqliteDatabase.connect(
              "jdbc:sqlite:"
                  + part
                  + "?journal_mode=OFF&synchronous=OFF&jdbc.get_generated_keys=false");
      try {
        opened.setAutoCommit(false);
        NewLedger.make(opened);
        return new SoleConnection(opened);
      } catch (SQLException | RuntimeException e) {
        opened.close();
        throw e;
      }
    } catch (SQLException e) {
      throw new LedgerException(e);
    }
  }

  private static void requireAlone(Connection opened) throws SQLException {
    opened.setAutoCommit(false);
    try (Statement statement = opened.createStatement();
        ResultSet row = statement.executeQuery("PRAGMA journal_mode")) {
      if (row.next() && row.getString(1).equalsIgnoreCase("wal")) { // somebody was faster
        throw new SQLiteException("It is open", SQLiteErrorCode.SQLITE_BUSY);
      }
    }
  }

  private static void requireWhole(Connection opened, LedgerFile ledger) throws SQLException {
    try (Statement statement = opened.createStatement()) {
      Optional<String> damage = LedgerDamage.find(statement);
      if (damage.isPresent()) {
        throw ledger.damaged(damage.get());
      }
    }
  }

  private static RuntimeException understood(LedgerFile ledger, SQLException e) {
    boolean isBusy =
        e instanceof SQLiteException problem
            && (problem.getResultCode().code & 0xff) == SQLiteErrorCode.SQLITE_BUSY.code;
    if (isBusy) {
      return new UsageException(
          "Another process has the ledger "
              + ledger.path()
              + " open, such as --file or --status. Wait until it has ended, or stop it, and repeat"
              + " the command. Nothing was changed.");
    }
    return LedgerDamage.of(e)
        .<RuntimeException>map(ledger::damaged)
        .orElseGet(() -> new LedgerException(e));
  }

  Handle handle() {
    return handle;
  }

  boolean hasTables() {
    return handle.createQuery("SELECT COUNT(*) FROM sqlite_master").mapTo(Long.class).one() > 0;
  }

  void commit() {
    try {
      connection.commit();
    } catch (SQLException e) {
      throw new LedgerException(e);
    }
  }

  /** What was not committed is not written. */
  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new LedgerException(e);
    }
  }
}
