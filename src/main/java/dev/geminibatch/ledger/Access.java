package dev.geminibatch.ledger;

import java.sql.SQLException;

/**
 * A way to the database. Each use is one turn with a connection; a transaction is over when the
 * method returns, and leaves nothing when it throws.
 */
final class Access {
  private final Source source;

  Access(Source source) {
    this.source = source;
  }

  /** Where handles come from. */
  interface Source {
    Handle take() throws SQLException;

    void giveBack(Handle handle) throws SQLException;

    /** Whether the thread that has the handle is in a transaction. */
    boolean isInTransaction();

    void begin() throws SQLException;

    void commit() throws SQLException;

    void rollback() throws SQLException;
  }

  /** For reading: there is no transaction. */
  interface Reading extends Source {
    @Override
    default boolean isInTransaction() {
      return false;
    }

    @Override
    default void begin() {
      throw new UnsupportedOperationException("This way to the ledger is for reading");
    }

    @Override
    default void commit() {
      throw new UnsupportedOperationException();
    }

    @Override
    default void rollback() {
      throw new UnsupportedOperationException();
    }
  }

  /** What is done with a handle. */
  @FunctionalInterface
  interface Work<R, X extends Exception> {
    R with(Handle handle) throws X;
  }

  /** The same without an outcome. */
  @FunctionalInterface
  interface Use<X extends Exception> {
    void with(Handle handle) throws X;
  }

  <R, X extends Exception> R withHandle(Work<R, X> work) throws X {
    Handle handle = take();
    boolean isDone = false;
    try {
      R result = work.with(handle);
      isDone = true;
      return result;
    } finally {
      giveBack(handle, isDone);
    }
  }

  <X extends Exception> void useHandle(Use<X> use) throws X {
    withHandle(
        handle -> {
          use.with(handle);
          return null;
        });
  }

  /** A transaction inside another one is a part of it. */
  <R, X extends Exception> R inTransaction(Work<R, X> work) throws X {
    return withHandle(handle -> source.isInTransaction() ? work.with(handle) : run(handle, work));
  }

  <X extends Exception> void useTransaction(Use<X> use) throws X {
    inTransaction(
        handle -> {
          use.with(handle);
          return null;
        });
  }

  private <R, X extends Exception> R run(Handle handle, Work<R, X> work) throws X {
    step("The transaction did not begin", source::begin);
    boolean isDone = false;
    try {
      R result = work.with(handle);
      step("The transaction was not committed", source::commit);
      isDone = true;
      return result;
    } finally {
      if (!isDone) {
        giveUp();
      }
    }
  }

  private interface Step {
    void run() throws SQLException;
  }

  private static void step(String problem, Step step) {
    try {
      step.run();
    } catch (SQLException e) {
      throw new LedgerException(problem, e);
    }
  }

  /** What made the transaction fail says more than that it could not even be rolled back. */
  private void giveUp() {
    try {
      source.rollback();
    } catch (SQLException e) {
      // the connection is replaced
    }
  }

  private Handle take() {
    try {
      return source.take();
    } catch (SQLException e) {
      throw new LedgerException(e);
    }
  }

  private void giveBack(Handle handle, boolean isDone) {
    try {
      source.giveBack(handle);
    } catch (SQLException e) {
      if (isDone) { // else something worse is on its way up
        throw new LedgerException(e);
      }
    }
  }
}
