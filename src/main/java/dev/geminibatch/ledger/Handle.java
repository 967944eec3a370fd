package dev.geminibatch.ledger;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * A connection for as long as somebody has it: runs statements, whose parameters are {@code ?} or
 * {@code :name}.
 *
 * <p>A small run needs some forty statements of a few microseconds each, so what stands between
 * them and the driver is kept as small as this.
 */
final class Handle {
  private final Statements statements;

  Handle(Statements statements) {
    this.statements = statements;
  }

  /** Makes statements ready, and takes them back. */
  interface Statements {
    PreparedSql take(String sql) throws SQLException;

    void giveBack(String sql, PreparedSql statement) throws SQLException;

    /** Whether each statement is a message to somewhere else, so that several go in one. */
    default boolean isServer() {
      return false;
    }

    /** The handle is given back; a connection of its own is not used any more. */
    default void close() throws SQLException {}
  }

  /** Through a connection that somebody has to himself. */
  static Handle of(Connection connection) {
    return new Handle(
        new Statements() {
          @Override
          public PreparedSql take(String sql) throws SQLException {
            return new PreparedSql(connection.prepareStatement(sql));
          }

          @Override
          public void giveBack(String sql, PreparedSql statement) throws SQLException {
            statement.statement().close();
          }
        });
  }

  void close() throws SQLException {
    statements.close();
  }

  /** Whether the database is a server. */
  boolean isServer() {
    return statements.isServer();
  }

  /** A query whose parameters follow. */
  Query createQuery(String sql) {
    return new Query(statements, sql);
  }

  /** A query with values for its {@code ?} in their order. */
  Query select(String sql, Object... values) {
    return createQuery(sql).bindAll(values);
  }

  /** A statement that changes something, whose parameters follow. */
  Update createUpdate(String sql) {
    return new Update(statements, sql);
  }

  /** A statement that is executed for each of several rows. */
  Batch prepareBatch(String sql) {
    return new Batch(statements, sql);
  }

  /**
   * Executes a statement.
   *
   * @param values for its {@code ?} in their order
   * @return how many rows it has changed
   */
  int execute(String sql, Object... values) {
    return createUpdate(sql).bindAll(values).execute();
  }
}
