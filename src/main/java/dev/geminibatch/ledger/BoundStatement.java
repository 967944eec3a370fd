package dev.geminibatch.ledger;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Map;

/**
 * A statement that gets its parameters.
 *
 * @param <S> what it is
 */
abstract sealed class BoundStatement<S extends BoundStatement<S>> permits Query, Update, Batch {
  private final Handle.Statements statements;
  private final NamedParameters parsed;
  private final PreparedSql statement;
  private boolean isOver;

  BoundStatement(Handle.Statements statements, String sql) {
    this.statements = statements;
    this.parsed = NamedParameters.of(sql);
    try {
      this.statement = statements.take(parsed.sql());
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /** This, so that calls can follow each other. */
  abstract S self();

  /** Sets every parameter of a name. */
  final S bind(String name, Object value) {
    boolean isKnown = false;
    for (int i = 0; i < parsed.names().size(); i++) {
      if (parsed.names().get(i).equals(name)) {
        set(i, value);
        isKnown = true;
      }
    }
    if (!isKnown) {
      end();
      throw new IllegalArgumentException(parsed.sql() + " has no parameter " + name);
    }
    return self();
  }

  /** Sets a parameter by its position, counted from 0. */
  final S bind(int position, Object value) {
    set(position, value);
    return self();
  }

  /** Sets the first parameters, in their order. */
  final S bindAll(Object... values) {
    for (int i = 0; i < values.length; i++) {
      set(i, values[i]);
    }
    return self();
  }

  private void set(int position, Object value) {
    try {
      statement.statement().setObject(position + 1, statements.isServer() ? sent(value) : value);
    } catch (SQLException e) {
      end();
      throw failed(e);
    }
  }

  /** PostgreSQL has no NUL in a text, and a message or a name of others may have one. */
  private static Object sent(Object value) {
    return value instanceof String text ? text.replace('\0', '\uFFFD') : value;
  }

  /** Whether each execution is a message to somewhere else. */
  final boolean isServer() {
    return statements.isServer();
  }

  /** The statement, as long as it is not over. */
  final PreparedStatement statement() {
    return statement.statement();
  }

  /** The columns of its rows by their names. */
  final Map<String, Integer> columns() throws SQLException {
    return statement.columns();
  }

  /** It is not used any more. */
  final void end() {
    if (!isOver) {
      isOver = true;
      try {
        statements.giveBack(parsed.sql(), statement);
      } catch (SQLException e) {
        throw failed(e);
      }
    }
  }

  /** Names the statement: what the database says of it is short. */
  final LedgerException failed(SQLException e) {
    return LedgerException.of(parsed.sql(), ServerConnections.cause(e));
  }
}
