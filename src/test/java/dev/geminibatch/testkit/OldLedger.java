package dev.geminibatch.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.flywaydb.core.Flyway;

/**
 * A ledger as an earlier version has left it: its tables are made by the migrations up to that
 * version and by nothing else, and its rows are those of {@link OldState}, as far as that version
 * had columns for them.
 */
public final class OldLedger {
  private OldLedger() {}

  /** Makes empty tables as they were in a version. */
  public static void create(Path ledger, int version) {
    Flyway.configure()
        .dataSource("jdbc:sqlite:" + ledger, null, null)
        .locations("classpath:db/migration")
        .target(String.valueOf(version))
        .load()
        .migrate();
  }

  /** Puts a ledger that is there into the tables of a version. */
  public static void convert(Path ledger, int version) throws IOException, SQLException {
    Path source = ledger.resolveSibling("as-it-was.db");
    Files.move(ledger, source);
    create(ledger, version);
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + ledger);
        Statement statement = connection.createStatement()) {
      statement.execute("ATTACH DATABASE '" + source + "' AS source");
      for (String table : List.of("run", "job", "media", "digest", "upload")) {
        List<String> columns = columns(statement, "main", table);
        columns.retainAll(columns(statement, "source", table));
        String list = String.join(", ", columns);
        statement.execute(
            "INSERT INTO main."
                + table
                + " ("
                + list
                + ") SELECT "
                + list
                + " FROM source."
                + table);
      }
    }
    Files.delete(source);
  }

  private static List<String> columns(Statement statement, String database, String table)
      throws SQLException {
    List<String> columns = new ArrayList<>();
    try (ResultSet rows =
        statement.executeQuery(
            "SELECT name FROM pragma_table_info('" + table + "', '" + database + "')")) {
      while (rows.next()) {
        columns.add(rows.getString(1));
      }
    }
    return columns;
  }
}
