package dev.geminibatch.ledger;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Keeps the statements of one connection ready: a small run needs some forty of them, and to
 * prepare one takes longer than to execute it. It is used by whoever has the connection.
 */
final class StatementCache {
  private static final int MOST_KEPT = 200;

  /** Those that nobody uses just now, the one that has rested longest first. */
  private final Map<String, PreparedSql> ready = new LinkedHashMap<>();

  /** A statement for whoever asks, and for nobody else until it is given back. */
  PreparedSql take(Connection connection, String sql) throws SQLException {
    PreparedSql known = ready.remove(sql);
    return known != null ? known : new PreparedSql(connection.prepareStatement(sql));
  }

  /** Whoever had the statement needs it no longer. */
  void giveBack(String sql, PreparedSql statement) throws SQLException {
    if (statement.statement().isClosed()) {
      return;
    }
    statement.statement().clearParameters();
    PreparedSql other = ready.put(sql, statement);
    if (other != null) {
      other.statement().close(); // one statement was used inside another one of the same words
    }
    if (ready.size() > MOST_KEPT) {
      Iterator<PreparedSql> eldest = ready.values().iterator();
      PreparedSql rested = eldest.next();
      eldest.remove();
      rested.statement().close();
    }
  }

  /** Executes a statement without parameters. */
  void run(Connection connection, String sql) throws SQLException {
    PreparedSql statement = take(connection, sql);
    try {
      statement.statement().execute();
    } catch (SQLException | RuntimeException e) {
      statement.statement().close();
      throw e;
    }
    giveBack(sql, statement);
  }

  /** Forgets the statements of a connection that is about to be closed. */
  void clear() {
    for (PreparedSql statement : ready.values()) {
      try {
        statement.statement().close();
      } catch (SQLException e) {
        // it goes with its connection
      }
    }
    ready.clear();
  }
}
