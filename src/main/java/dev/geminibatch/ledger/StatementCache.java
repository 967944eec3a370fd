package dev.geminibatch.ledger;

import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jdbi.v3.core.statement.DefaultStatementBuilder;
import org.jdbi.v3.core.statement.StatementBuilder;
import org.jdbi.v3.core.statement.StatementContext;

/**
 * Keeps the statements of one connection ready: a small run needs some forty of them, and to
 * prepare one takes longer than to execute it. It is used by whoever has the connection.
 */
final class StatementCache implements StatementBuilder {
  private static final int MOST_KEPT = 200;

  private final DefaultStatementBuilder builder = new DefaultStatementBuilder();

  /** Those that nobody uses just now, the one that has rested longest first. */
  private final Map<String, PreparedStatement> ready = new LinkedHashMap<>();

  /**
   * The SQL of each statement in use: Jdbi gives a statement back with the SQL that it had before
   * its parameters were named.
   */
  private final Map<PreparedStatement, String> used = new IdentityHashMap<>();

  @Override
  public PreparedStatement create(Connection connection, String sql, StatementContext context)
      throws SQLException {
    PreparedStatement known = ready.remove(sql);
    PreparedStatement statement = known != null ? known : builder.create(connection, sql, context);
    used.put(statement, sql);
    return statement;
  }

  @Override
  public void close(Connection connection, String sql, Statement statement) throws SQLException {
    String words = used.remove(statement);
    if (words != null && statement instanceof PreparedStatement prepared && !prepared.isClosed()) {
      prepared.clearParameters();
      keep(words, prepared);
    } else {
      statement.close();
    }
  }

  private void keep(String sql, PreparedStatement statement) throws SQLException {
    PreparedStatement other = ready.put(sql, statement);
    if (other != null) {
      other.close(); // one statement was used inside another one of the same words
    }
    if (ready.size() > MOST_KEPT) {
      Iterator<PreparedStatement> eldest = ready.values().iterator();
      PreparedStatement rested = eldest.next();
      eldest.remove();
      rested.close();
    }
  }

  /** Executes a statement without parameters. */
  void run(Connection connection, String sql) throws SQLException {
    PreparedStatement known = ready.remove(sql);
    PreparedStatement statement = known != null ? known : connection.prepareStatement(sql);
    try {
      statement.execute();
    } catch (SQLException | RuntimeException e) {
      statement.close();
      throw e;
    }
    keep(sql, statement);
  }

  /** Forgets the statements of a connection that is about to be closed. */
  void clear() {
    for (PreparedStatement statement : ready.values()) {
      try {
        statement.close();
      } catch (SQLException e) {
        // it goes with its connection
      }
    }
    ready.clear();
    used.clear();
  }

  @Override
  public Statement create(Connection connection, StatementContext context) throws SQLException {
    return builder.create(connection, context);
  }

  @Override
  public CallableStatement createCall(Connection connection, String sql, StatementContext context)
      throws SQLException {
    return builder.createCall(connection, sql, context);
  }
}
