package dev.geminibatch.ledger;

import java.sql.PreparedStatement;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/** A statement that is ready, and what is known of it. */
final class PreparedSql {
  private final PreparedStatement statement;
  private Map<String, Integer> columns;

  PreparedSql(PreparedStatement statement) {
    this.statement = statement;
  }

  PreparedStatement statement() {
    return statement;
  }

  /** The columns of its rows by their names; the first one of a name counts. */
  Map<String, Integer> columns() throws SQLException {
    if (columns == null) {
      ResultSetMetaData names = statement.getMetaData();
      columns = new HashMap<>();
      for (int i = 1; i <= names.getColumnCount(); i++) {
        columns.putIfAbsent(names.getColumnLabel(i), i);
      }
    }
    return columns;
  }
}
