package dev.geminibatch.ledger;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Connections of a pool, each for one turn; nothing is written through them. */
final class PooledConnections implements Access.Reading {
  private final DataSource pool;

  PooledConnections(DataSource pool) {
    this.pool = pool;
  }

  private record Lent(Connection connection) implements Handle.Statements {
    @Override
    public PreparedSql take(String sql) throws SQLException {
      return new PreparedSql(connection.prepareStatement(sql));
    }

    @Override
    public void giveBack(String sql, PreparedSql statement) throws SQLException {
      statement.statement().close();
    }

    @Override
    public void close() throws SQLException {
      connection.close();
    }
  }

  @Override
  public Handle take() throws SQLException {
    return new Handle(new Lent(pool.getConnection()));
  }

  @Override
  public void giveBack(Handle handle) throws SQLException {
    handle.close();
  }
}
