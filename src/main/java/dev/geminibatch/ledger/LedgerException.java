package dev.geminibatch.ledger;

import java.sql.SQLException;
import java.util.Optional;

/** The database did not do what it was asked to; nothing of the transaction was written. */
final class LedgerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  LedgerException(SQLException cause) {
    this(cause, away(cause).orElseGet(cause::getMessage));
  }

  LedgerException(String what, SQLException cause) {
    this(cause, away(cause).orElseGet(() -> what + ": " + cause.getMessage()));
  }

  private LedgerException(SQLException cause, String message) {
    super(message, cause);
  }

  /** What the database says to a statement; the statement, which may be long, comes last. */
  static LedgerException of(String statement, SQLException cause) {
    String spoken = cause.getMessage() + " (in: " + statement.strip().replaceAll("\\s+", " ") + ")";
    return new LedgerException(cause, away(cause).orElse(spoken));
  }

  /** That the server is away is nothing that a statement could be blamed for. */
  private static Optional<String> away(SQLException cause) {
    return PostgresDatabase.isAway(cause)
        ? Optional.of("the ledger cannot be used now: " + PostgresDatabase.words(cause))
        : Optional.empty();
  }

  /** What the driver has said. */
  SQLException sql() {
    return (SQLException) getCause();
  }
}
