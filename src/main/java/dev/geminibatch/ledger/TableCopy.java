package dev.geminibatch.ledger;

import dev.geminibatch.io.Amounts;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Copies what a ledger holds into an empty one of the other kind, row by row. Tables and columns
 * are those of SQLite, which the other has as well.
 */
final class TableCopy {
  private static final int AT_ONCE = 500;

  /** Who works on what is not copied: nobody does. */
  private static final String TABLES =
      """
      SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'
        AND name NOT IN ('flyway_schema_history', 'member', 'upload_claim') ORDER BY name""";

  /** Rows have numbers in their order; and nothing that is remembered is too long for an index. */
  private static final Map<String, String> WHICH =
      Map.of(
          "digest",
          " WHERE length(path) <= " + MediaTable.LONGEST_PATH + " ORDER BY rowid",
          "job",
          " ORDER BY run_id, number");

  private final Handle from;
  private final Handle to;
  private final Optional<String> mark;
  private final Map<String, List<String>> columns = new HashMap<>();
  private final Map<String, Long> rows = new HashMap<>();
  private final List<String> tables;

  private volatile long copied;
  private volatile long all;

  private TableCopy(Handle sqlite, Handle from, Handle to, Optional<String> mark) {
    this.from = from;
    this.to = to;
    this.mark = mark;
    this.tables = sqlite.createQuery(TABLES).mapTo(String.class).list();
    for (String table : tables) {
      columns.put(
          table,
          sqlite.select("SELECT name FROM pragma_table_info(?)", table).mapTo(String.class).list());
    }
  }

  /** To a server, which is to know that a state folder has the files of all runs. */
  static TableCopy toServer(Handle sqlite, Handle server, String mark) {
    return new TableCopy(sqlite, sqlite, server, Optional.of(mark));
  }

  /** From a server. */
  static TableCopy fromServer(Handle server, Handle sqlite) {
    return new TableCopy(sqlite, server, sqlite, Optional.empty());
  }

  /** How many rows of a table were copied. */
  long rows(String table) {
    return rows.get(table);
  }

  /** How far it is, in words; empty before it has begun. */
  String progress() {
    return all == 0
        ? ""
        : "Moving the ledger: " + Amounts.count(copied) + " of " + Amounts.count(all) + " rows";
  }

  /**
   * Copies every row.
   *
   * @throws IOException if not as many are there as were read
   */
  void copy() throws IOException {
    for (String table : tables) {
      rows.put(table, count(from, table));
    }
    all = rows.values().stream().mapToLong(Long::longValue).sum();
    for (String table : tables) {
      long before = copied;
      copy(table);
      if (copied - before != rows(table) || count(to, table) != rows(table)) {
        throw new IOException(
            "The ledger was not moved: of its table "
                + table
                + " with "
                + Amounts.count(rows(table), "row")
                + " not all arrived. Repeat the command, and report it if that happens again.");
      }
    }
  }

  private static long count(Handle handle, String table) {
    String which = WHICH.getOrDefault(table, "").replaceFirst(" ORDER BY .*", "");
    return handle.createQuery("SELECT COUNT(*) FROM " + table + which).mapTo(Long.class).one();
  }

  private void copy(String table) {
    List<String> names = columns.get(table);
    Chunks chunks = new Chunks(insert(table, names));
    from.createQuery(
            names.stream()
                .map(name -> selected(table, name))
                .collect(
                    Collectors.joining(
                        ", ", "SELECT ", " FROM " + table + WHICH.getOrDefault(table, ""))))
        .map(row -> values(row.result(), names.size()))
        .forEach(chunks::add);
    chunks.end();
  }

  private static String insert(String table, List<String> names) {
    return names.stream()
        .map(TableCopy::quoted)
        .collect(
            Collectors.joining(
                ", ",
                "INSERT INTO " + table + " (",
                ") VALUES (" + "?, ".repeat(names.size() - 1) + "?)"));
  }

  private static String quoted(String name) {
    return '"' + name + '"';
  }

  /**
   * Nobody has a run, and its files are where the ledger was or comes to. Who has marked a job as
   * about to be created was somebody else, whoever works on it next.
   */
  private String selected(String table, String name) {
    if (table.equals("run") && name.equals("owner")) {
      return "NULL";
    }
    if (table.equals("run") && name.equals("fence")) {
      return "0";
    }
    if (table.equals("job") && name.equals("fence")) {
      return "CASE state WHEN 'CREATING' THEN " + Fences.NOBODYS + " ELSE 0 END";
    }
    if (table.equals("run") && name.equals("mark")) {
      return mark.map(ours -> "'" + ours + "'").orElse("NULL");
    }
    return quoted(name);
  }

  /** The same type for each row of a column, or the server would prepare the statement again. */
  private static Object[] values(ResultSet row, int columns) throws SQLException {
    Object[] values = new Object[columns];
    for (int i = 0; i < columns; i++) {
      Object value = row.getObject(i + 1);
      values[i] = value instanceof Integer number ? Long.valueOf(number) : value;
    }
    return values;
  }

  /** Some rows at a time. */
  private final class Chunks {
    private final String sql;
    private final List<Object[]> waiting = new ArrayList<>(AT_ONCE);

    private Chunks(String sql) {
      this.sql = sql;
    }

    private void add(Object[] values) {
      waiting.add(values);
      if (waiting.size() == AT_ONCE) {
        end();
      }
    }

    private void end() {
      Batch batch = to.prepareBatch(sql);
      waiting.forEach(batch::add);
      batch.execute();
      copied += waiting.size();
      waiting.clear();
    }
  }
}
