package dev.geminibatch.ledger;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;

/**
 * A row that a query has found. The driver searches for each name among all columns, again for each
 * result; here it is done once for each statement.
 */
final class Row {
  private final ResultSet result;
  private final Map<String, Integer> columns;

  Row(ResultSet result, Map<String, Integer> columns) {
    this.result = result;
    this.columns = columns;
  }

  private int column(String name) throws SQLException {
    Integer column = columns.get(name);
    if (column == null) {
      throw new SQLException("There is no column " + name);
    }
    return column;
  }

  String getString(String name) throws SQLException {
    return result.getString(column(name));
  }

  int getInt(String name) throws SQLException {
    return result.getInt(column(name));
  }

  long getLong(String name) throws SQLException {
    return result.getLong(column(name));
  }

  double getDouble(String name) throws SQLException {
    return result.getDouble(column(name));
  }

  /** Whether the number that was asked for last is none. */
  boolean wasNull() throws SQLException {
    return result.wasNull();
  }

  /** As the driver gives it, for the first column. */
  ResultSet result() {
    return result;
  }
}
