package dev.geminibatch.ledger;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.run.StateFolder;
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
import java.util.Optional;

/**
 * A look at a ledger, also one that is in use or cannot be used. Nothing of it is made, changed or
 * brought up to date.
 *
 * @param condition it is in
 * @param detail in words: its version, or what is wrong
 * @param open what is open with the service, by project and model; empty unless it is current
 */
public record LedgerLook(Condition condition, String detail, List<Open> open) {
  /** How a ledger may be. */
  public enum Condition {
    /** There is none yet. */
    MISSING,
    /** Of an earlier version; it is brought up to date when it is opened. */
    OLDER,
    CURRENT,
    /** Of a later version of the program. */
    NEWER,
    /** It is no ledger, or not whole. */
    DAMAGED,
    /** It may be well, but cannot be opened. */
    UNREADABLE
  }

  /**
   * What is open of one model.
   *
   * @param project that the key belongs to
   * @param refused so many tokens were too many lately; empty if nothing was refused
   */
  public record Open(String project, String model, int jobs, long tokens, Optional<Long> refused) {}

  private static final String OPEN =
      """
      SELECT project, model, COUNT(DISTINCT display_name) AS jobs, SUM(tokens) AS tokens,
        (SELECT refused FROM token_limit
          WHERE token_limit.project = job.project AND token_limit.model = job.model) AS refused
      FROM job WHERE state IN ('CREATING', 'OPEN') AND project IS NOT NULL
      GROUP BY project, model ORDER BY project, model""";

  /**
   * Looks.
   *
   * @throws dev.geminibatch.io.UsageException when SQLite's library cannot be loaded
   */
  public static LedgerLook at(StateFolder state) throws IOException {
    NativeSqlite.loadToLook(state); // also if there is no ledger yet: it will be needed
    Path file = state.path().resolve("ledger.db");
    if (!Files.exists(file) || Files.isReadable(file) && Files.size(file) == 0) {
      return of(Condition.MISSING, "");
    }
    if (!Files.isReadable(file)) {
      return of(Condition.UNREADABLE, file + " cannot be read");
    }
    // Only to read; a log beside it that nobody else has open needs the folder to be writable.
    String url = "jdbc:sqlite:" + file + "?open_mode=1&busy_timeout=2000";
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      Optional<String> damage = damage(statement);
      return damage.isPresent() ? of(Condition.DAMAGED, damage.get()) : look(statement);
    } catch (SQLException e) {
      String why = Amounts.firstLine(e.getMessage());
      boolean isDamaged = why.contains("malformed") || why.contains("not a database");
      return of(isDamaged ? Condition.DAMAGED : Condition.UNREADABLE, why);
    }
  }

  private static LedgerLook of(Condition condition, String detail) {
    return new LedgerLook(condition, detail, List.of());
  }

  private static Optional<String> damage(Statement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery("PRAGMA quick_check(1)")) {
      String found = row.next() ? row.getString(1) : "it says nothing";
      return found.equals("ok") ? Optional.empty() : Optional.of(Amounts.firstLine(found));
    }
  }

  private static LedgerLook look(Statement statement) throws SQLException {
    int version;
    try (ResultSet row =
        statement.executeQuery(
            "SELECT MAX(CAST(version AS INTEGER)) FROM flyway_schema_history WHERE success = 1")) {
      version = row.next() ? row.getInt(1) : 0;
    } catch (SQLException e) {
      return of(Condition.DAMAGED, "it has no tables of a ledger");
    }
    int newest = Integer.parseInt(LedgerDatabase.NEWEST);
    if (version != newest) {
      return of(
          version > newest ? Condition.NEWER : Condition.OLDER,
          "its tables are of version " + version + ", this program's are of version " + newest);
    }
    List<Open> open = new ArrayList<>();
    try (ResultSet row = statement.executeQuery(OPEN)) {
      while (row.next()) {
        long refused = row.getLong("refused");
        open.add(
            new Open(
                row.getString("project"),
                row.getString("model"),
                row.getInt("jobs"),
                row.getLong("tokens"),
                row.wasNull() || refused == 0 ? Optional.empty() : Optional.of(refused)));
      }
    }
    return new LedgerLook(Condition.CURRENT, "version " + version, open);
  }
}
