package dev.geminibatch.ledger;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * A statement that is executed for each of several rows: at once if the database is no server, else
 * for many of them with one message.
 */
final class Batch extends BoundStatement<Batch> {
  private static final int AT_ONCE = 500;

  private final List<Integer> counts = new ArrayList<>();
  private int waiting;

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
      if (!isServer()) {
        counts.add(statement().executeUpdate());
        return this;
      }
      statement().addBatch();
      waiting++;
      if (waiting == AT_ONCE) {
        send();
      }
      return this;
    } catch (SQLException e) {
      end();
      throw failed(e);
    }
  }

  private void send() throws SQLException {
    waiting = 0;
    for (int count : statement().executeBatch()) {
      counts.add(count);
    }
  }

  /** The next row, with values in the order of their {@code ?}. */
  Batch add(Object... values) {
    return bindAll(values).add();
  }

  /** There are no more rows; how many of the table each of them has changed. */
  List<Integer> execute() {
    try {
      if (waiting > 0) {
        send();
      }
      return counts;
    } catch (SQLException e) {
      throw failed(e);
    } finally {
      end();
    }
  }
}
