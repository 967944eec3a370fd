package dev.geminibatch.ledger;

import java.sql.SQLException;

/** A statement that changes something. */
final class Update extends BoundStatement<Update> {
  Update(Handle.Statements statements, String sql) {
    super(statements, sql);
  }

  @Override
  Update self() {
    return this;
  }

  /** Executes it, once; how many rows it has changed. */
  int execute() {
    try {
      return statement().execute() ? 0 : statement().getUpdateCount();
    } catch (SQLException e) {
      throw failed(e);
    } finally {
      end();
    }
  }
}
