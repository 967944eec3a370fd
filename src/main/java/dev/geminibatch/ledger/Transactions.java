package dev.geminibatch.ledger;

import java.sql.SQLException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.transaction.TransactionException;
import org.jdbi.v3.core.transaction.TransactionHandler;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;

/**
 * Transactions of a {@link SharedConnection}. The driver's own begin the next one, with the lock
 * for writing, as soon as one is committed.
 */
final class Transactions implements TransactionHandler {
  private final SharedConnection connection;

  Transactions(SharedConnection connection) {
    this.connection = connection;
  }

  private interface Step {
    void run() throws SQLException;
  }

  private static void run(String what, Step step) {
    try {
      step.run();
    } catch (SQLException e) {
      throw new TransactionException("Failed to " + what + " a transaction: " + e.getMessage(), e);
    }
  }

  @Override
  public void begin(Handle handle) {
    run("begin", connection::begin);
  }

  @Override
  public void commit(Handle handle) {
    run("commit", connection::commit);
  }

  @Override
  public void rollback(Handle handle) {
    run("roll back", connection::rollback);
  }

  @Override
  public boolean isInTransaction(Handle handle) {
    return connection.isInTransaction();
  }

  @Override
  public <R, X extends Exception> R inTransaction(Handle handle, HandleCallback<R, X> callback)
      throws X {
    begin(handle);
    boolean isDone = false;
    try {
      R result = callback.withHandle(handle);
      commit(handle);
      isDone = true;
      return result;
    } finally {
      if (!isDone) {
        giveUp(handle);
      }
    }
  }

  /** What made the transaction fail says more than that it could not even be rolled back. */
  private void giveUp(Handle handle) {
    try {
      rollback(handle);
    } catch (TransactionException e) {
      // the connection is replaced
    }
  }

  @Override
  public <R, X extends Exception> R inTransaction(
      Handle handle, TransactionIsolationLevel level, HandleCallback<R, X> callback) throws X {
    return inTransaction(handle, callback);
  }

  @Override
  public void savepoint(Handle handle, String name) {
    throw new UnsupportedOperationException("savepoint");
  }

  @Override
  public void rollbackToSavepoint(Handle handle, String name) {
    throw new UnsupportedOperationException("savepoint");
  }

  @Override
  public void releaseSavepoint(Handle handle, String name) {
    throw new UnsupportedOperationException("savepoint");
  }
}
