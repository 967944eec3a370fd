package dev.geminibatch.ledger;

import dev.geminibatch.io.Amounts;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** What the database says when its file is damaged, and what to do about it. */
final class LedgerDamage {
  /** The low byte of an extended code of SQLite is the code itself. */
  private static final int CODE = 0xff;

  private static final String WHOLE = "ok";

  private LedgerDamage() {}

  /** How the file is damaged, if that is what a failure means. */
  static Optional<String> of(Throwable failure) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (each instanceof SQLiteException problem) {
        int code = problem.getResultCode().code & CODE;
        boolean isDamage =
            code == SQLiteErrorCode.SQLITE_CORRUPT.code
                || code == SQLiteErrorCode.SQLITE_NOTADB.code
                || problem.getResultCode() == SQLiteErrorCode.SQLITE_IOERR_SHORT_READ;
        return isDamage ? Optional.of(text(problem)) : Optional.empty();
      }
    }
    return Optional.empty();
  }

  /**
   * Reads a whole database to see whether it is damaged.
   *
   * @return what is wrong first, in SQLite's words
   */
  static Optional<String> find(Statement database) throws SQLException {
    try (ResultSet row = database.executeQuery("PRAGMA quick_check(1)")) {
      String found = row.next() ? row.getString(1).strip() : WHOLE;
      return found.equals(WHOLE)
          ? Optional.empty()
          : Optional.of(found.substring(found.lastIndexOf('\n') + 1));
    }
  }

  /** SQLite's own words, without the driver's around them. */
  private static String text(SQLException problem) {
    String message = Amounts.firstLine(String.valueOf(problem.getMessage()));
    int open = message.lastIndexOf('(');
    return open > 0 && message.endsWith(")")
        ? message.substring(open + 1, message.length() - 1)
        : message;
  }

  /** The whole sentence. */
  static String words(Path ledger, String how, String remedy) {
    return "The ledger "
        + ledger
        + " is damaged: "
        + how
        + ". Nothing is written to it, and no new one is made. "
        + remedy;
  }

  /**
   * What an operator can do.
   *
   * @param before the copy of before an upgrade, if there is one
   */
  static String remedy(Optional<Path> before) {
    return "Restore it from a backup (operating.md says how, under Upgrading and backup)"
        + before.map(copy -> "; " + copy + " is from before an upgrade").orElse("")
        + ". Without one, keep a copy of the state folder and save what can be read: sqlite3"
        + " ledger.db .recover | sqlite3 recovered.db.";
  }
}
