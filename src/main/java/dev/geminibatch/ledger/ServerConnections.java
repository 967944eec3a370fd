package dev.geminibatch.ledger;

import dev.geminibatch.run.LeaseLost;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * Connections to a database server, each for one thread until it has done what it wanted.
 *
 * <p>Transactions that write have the ledger to themselves, as they have with SQLite, whatever
 * process they are of: each begins with a lock that the server gives up when it is over. So what a
 * transaction has read still holds when it writes, and none ever has to be tried again.
 */
final class ServerConnections {
  private static final String LOCK = "SELECT pg_advisory_xact_lock(?)";

  /** In one message, but with what was committed before the lock was got. */
  private static final String LOCK_OF_MEMBER = LOCK + "; " + OwnWrites.COUNT;

  private final DataSource pool;
  private final long lock;
  private final Fences fences;
  private final String place;

  /** What a thread writes with, as long as it has it. */
  private final ThreadLocal<Turn> turns = new ThreadLocal<>();

  /**
   * @param pool of connections that commit each statement, isolated by {@code READ COMMITTED}
   * @param lock the number of the lock, of all who use the same tables
   * @param fences who this process is: once the others take it for gone, nothing that it writes is
   *     committed, whatever it is
   * @param place of the ledger, for a person
   */
  ServerConnections(DataSource pool, long lock, Fences fences, String place) {
    this.fences = fences;
    this.place = place;
    this.pool = pool;
    this.lock = lock;
  }

  /** For short questions and for everything that is written. */
  Access writing() {
    return new Access(new Writing());
  }

  /** For queries that find many rows, which are fetched some at a time. */
  Access reading() {
    return new Access(new Reading());
  }

  /** A connection that a thread has. */
  private static final class Turn implements Handle.Statements {
    private final Connection connection;
    private final Handle handle = new Handle(this);
    private int uses;
    private boolean isInTransaction;

    /** Those that the transaction is one of, and its number; null if this is no member. */
    private OwnWrites writes;

    private long number;

    private Turn(Connection connection) {
      this.connection = connection;
    }

    @Override
    public PreparedSql take(String sql) throws SQLException {
      return new PreparedSql(connection.prepareStatement(sql)); // the driver keeps them ready
    }

    @Override
    public void giveBack(String sql, PreparedSql statement) throws SQLException {
      statement.statement().close();
    }

    @Override
    public boolean isServer() {
      return true;
    }

    @Override
    public void close() throws SQLException {
      connection.close();
    }

    private void begin(long lock, OwnWrites own, String place) throws SQLException {
      connection.setAutoCommit(false);
      try {
        if (own == null) {
          lock(lock);
        } else {
          count(lock, own, place);
        }
      } catch (SQLException | RuntimeException e) {
        end(e);
        throw e;
      }
      writes = own;
      isInTransaction = true;
    }

    private void lock(long lock) throws SQLException {
      try (PreparedStatement statement = connection.prepareStatement(LOCK)) {
        statement.setLong(1, lock);
        statement.execute();
      }
    }

    private void count(long lock, OwnWrites own, String place) throws SQLException {
      Optional<Long> counted;
      try (PreparedStatement statement = connection.prepareStatement(LOCK_OF_MEMBER)) {
        statement.setLong(1, lock);
        own.bind(statement, 2);
        statement.execute();
        statement.getMoreResults();
        try (ResultSet row = statement.getResultSet()) {
          counted = own.number(row);
        }
      }
      if (counted.isEmpty()) {
        LeaseLost why = own.refused(handle);
        connection.commit();
        own.noted(place);
        throw why;
      }
      number = counted.get();
    }

    /** What made the transaction fail says more than that it could not be rolled back. */
    private void end(Exception failure) {
      try {
        rollback();
      } catch (SQLException e) {
        failure.addSuppressed(e);
      }
    }

    private void commit() throws SQLException {
      connection.commit();
      isInTransaction = false;
      if (writes != null) {
        writes.committed(number);
      }
      connection.setAutoCommit(true);
    }

    private void rollback() throws SQLException {
      isInTransaction = false;
      connection.rollback();
      connection.setAutoCommit(true);
    }
  }

  /** A thread that is about to be stopped may still write down what it has done. */
  static Connection connect(DataSource pool) throws SQLException {
    boolean isInterrupted = Thread.interrupted();
    try {
      return pool.getConnection();
    } catch (SQLTransientConnectionException e) {
      SQLException last = e.getNextException();
      throw last == null
          ? e // all connections are in use
          : new SQLException(last.getMessage(), last.getSQLState(), e);
    } finally {
      if (isInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private final class Writing implements Access.Source {
    @Override
    public Handle take() throws SQLException {
      Turn turn = turns.get();
      if (turn == null) {
        turn = new Turn(connect(pool));
        turns.set(turn);
      }
      turn.uses++;
      return turn.handle;
    }

    @Override
    public void giveBack(Handle handle) throws SQLException {
      Turn turn = turns.get();
      turn.uses--;
      if (turn.uses == 0) {
        turns.remove();
        turn.close();
      }
    }

    @Override
    public boolean isInTransaction() {
      return turns.get().isInTransaction;
    }

    @Override
    public void begin() throws SQLException {
      turns.get().begin(lock, fences.writes(), place);
    }

    @Override
    public void commit() throws SQLException {
      turns.get().commit();
    }

    @Override
    public void rollback() throws SQLException {
      turns.get().rollback();
    }
  }

  /**
   * Within a turn the same connection: a thread that waits for a second one may wait for itself.
   */
  private final class Reading implements Access.Reading {
    @Override
    public Handle take() throws SQLException {
      Turn turn = turns.get();
      if (turn != null) {
        turn.uses++;
        return turn.handle;
      }
      Connection connection = connect(pool);
      try {
        connection.setAutoCommit(false); // or the driver would fetch all rows at once
        return new Turn(connection).handle;
      } catch (SQLException e) {
        connection.close();
        throw e;
      }
    }

    @Override
    public void giveBack(Handle handle) throws SQLException {
      Turn turn = turns.get();
      if (turn != null && turn.handle == handle) {
        new Writing().giveBack(handle);
      } else {
        handle.close(); // the pool rolls back
      }
    }
  }

  /** What the server has said of the row that it did not take. */
  static SQLException cause(SQLException failure) {
    return failure instanceof BatchUpdateException && failure.getNextException() != null
        ? failure.getNextException()
        : failure;
  }
}
