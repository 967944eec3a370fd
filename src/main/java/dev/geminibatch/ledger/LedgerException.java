package dev.geminibatch.ledger;

import java.sql.SQLException;

/** The database did not do what it was asked to; nothing of the transaction was written. */
final class LedgerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  LedgerException(SQLException cause) {
    super(cause.getMessage(), cause);
  }

  LedgerException(String what, SQLException cause) {
    super(what + ": " + cause.getMessage(), cause);
  }

  private LedgerException(SQLException cause, String message) {
    super(message, cause);
  }

  /** What the database says to a statement; the statement, which may be long, comes last. */
  static LedgerException of(String statement, SQLException cause) {
    if (PostgresDatabase.isAway(cause)) { // whatever the statement is
      return new LedgerException(
          cause, "the ledger cannot be used now: " + PostgresDatabase.words(cause));
    }
    return new LedgerException(
        cause, cause.getMessage() + " (in: " + statement.strip().replaceAll("\\s+", " ") + ")");
  }

  /** What the driver has said. */
  SQLException sql() {
    return (SQLException) getCause();
  }
}
