package dev.geminibatch.ledger;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** A statement that is executed for each of several rows, at once: the database is no server. */
final class Batch extends BoundStatement<Batch> {
  private final List<Integer> counts = new ArrayList<>();

  Batch(Handle.Statements statements, String sql) {
    super(statements, sql);
  }

  @Override
  Batch self() {
    return this;
  }

  /** The next row, of which everything is bound. */
  Batch add() {
    try {
      counts.add(statement().executeUpdate());
      return this;
    } catch (SQLException e) {
      end();
      throw failed(e);
    }
  }

  /** The next row, with values in the order of their {@code ?}. */
  Batch add(Object... values) {
    return bindAll(values).add();
  }

  /** There are no more rows; how many of the table each of them has changed. */
  List<Integer> execute() {
    end();
    return counts;
  }
}
