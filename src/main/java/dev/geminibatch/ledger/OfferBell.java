package dev.geminibatch.ledger;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.postgresql.PGConnection;

/**
 * Wakes a member when another one offers uploads, on a connection of its own: who waits asks
 * nothing. For one thread.
 */
public final class OfferBell implements AutoCloseable {
  private static final String CHANNEL = "gemini_batch_uploads";
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final PostgresDatabase database;
  private volatile Connection connection;

  OfferBell(PostgresDatabase database) {
    this.database = database;
  }

  /** Others hear it when the transaction is committed. */
  static void ring(Handle handle) {
    handle.select("SELECT pg_notify('" + CHANNEL + "', '')").mapTo(String.class).list();
  }

  /**
   * Waits until somebody rings, or for so long.
   *
   * @throws RuntimeException when the server cannot be reached; the next call connects again
   */
  public void await(Duration most) {
    try {
      listen(most);
    } catch (SQLException e) {
      close();
      throw new LedgerException(e);
    }
  }

  private void listen(Duration most) throws SQLException {
    if (connection == null) {
      connection = database.connect(PATIENCE);
      execute("LISTEN " + CHANNEL);
      return; // somebody may have rung before
    }
    if (connection.unwrap(PGConnection.class).getNotifications((int) most.toMillis()) == null) {
      execute("SELECT 1"); // or a connection that is dead would be silent for ever
    }
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Ends the wait of another thread, and the connection. */
  public void abort() {
    Connection open = connection;
    if (open != null) {
      try {
        open.abort(Runnable::run);
      } catch (SQLException e) {
        // It was of no more use.
      }
    }
  }

  /** After a failure, too. */
  @Override
  public void close() {
    try (Connection broken = connection) {
      connection = null;
    } catch (SQLException e) {
      // It was of no more use.
    }
  }
}
