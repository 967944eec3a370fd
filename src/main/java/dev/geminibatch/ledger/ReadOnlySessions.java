package dev.geminibatch.ledger;

import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;

/**
 * Gives up a connection whose session may not write. It began before the server became the primary
 * one, or while its database was read-only, and would stay so; a new one can write.
 */
public final class ReadOnlySessions implements SQLExceptionOverride {
  private static final String READ_ONLY_TRANSACTION = "25006";

  /** Made by the pool. */
  public ReadOnlySessions() {}

  @java.lang.Override
  public Override adjudicate(SQLException e) {
    return READ_ONLY_TRANSACTION.equals(e.getSQLState())
        ? Override.MUST_EVICT
        : Override.CONTINUE_EVICT;
  }
}
