package dev.geminibatch.ledger;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The one connection through which this process writes, and asks its short questions. Threads take
 * turns with it. Writers of several connections would wait for each other inside SQLite, which
 * sleeps and tries again, and what one of them writes empties the caches of all others.
 *
 * <p>A commit is in the write-ahead log, which outlives the process, when it returns. Whoever needs
 * it to outlive a power failure, too, has the log forced to the disk after he has given the
 * connection back: one force serves all who have committed before it begins. That is what SQLite
 * does itself with {@code synchronous=FULL}, except that nobody else can use the connection
 * meanwhile.
 */
final class SharedConnection implements AutoCloseable {
  /** 16 MB are written until the log is carried over into the database, which takes two forces. */
  private static final int PAGES_IN_LOG = 4000;

  /** A long reader, such as a backup, makes the log longer; afterwards it is truncated to this. */
  private static final long BYTES_OF_LOG = 32L << 20;

  private final String url;
  private final Path logFile;
  private final StatementCache statements = new StatementCache();

  /** For whoever has the turn. */
  private final Handle handle =
      new Handle(
          new Handle.Statements() {
            @Override
            public PreparedSql take(String sql) throws SQLException {
              return statements.take(connection, sql);
            }

            @Override
            public void giveBack(String sql, PreparedSql statement) throws SQLException {
              statements.giveBack(sql, statement);
            }
          });

  private final ReentrantLock turn = new ReentrantLock();

  // The following are for whoever has the turn.
  private Connection connection;
  private long committedBefore;
  private volatile boolean isInTransaction;
  private boolean isBroken;
  private boolean isClosed;

  /** Null if the file system has made SQLite do without a write-ahead log. */
  private volatile RandomAccessFile log;

  /** How many transactions were committed; what the last force has covered. */
  private final AtomicLong committed = new AtomicLong();

  private long forced;
  private final Object forcing = new Object();

  /**
   * Opens nothing yet.
   *
   * @param url of the database, with {@code journal_mode=WAL} and {@code synchronous=NORMAL}
   * @param file the database
   */
  SharedConnection(String url, Path file) {
    this.url = url;
    this.logFile = file.resolveSibling(file.getFileName() + "-wal");
  }

  /** A way to it; {@code isDurable} says whether commits are to outlive a power failure. */
  Access access(boolean isDurable) {
    return new Access(
        new Access.Source() {
          @Override
          public Handle take() throws SQLException {
            SharedConnection.this.take();
            return handle;
          }

          @Override
          public void giveBack(Handle given) throws SQLException {
            SharedConnection.this.giveBack(isDurable);
          }

          @Override
          public boolean isInTransaction() {
            return isInTransaction;
          }

          @Override
          public void begin() throws SQLException {
            SharedConnection.this.begin();
          }

          @Override
          public void commit() throws SQLException {
            SharedConnection.this.commit();
          }

          @Override
          public void rollback() throws SQLException {
            SharedConnection.this.rollback();
          }
        });
  }

  private void take() throws SQLException {
    turn.lock();
    try {
      if (isClosed) {
        throw new SQLException("The ledger is closed");
      }
      if (connection == null) {
        open();
      }
      if (turn.getHoldCount() == 1) {
        committedBefore = committed.get();
      }
    } catch (SQLException | RuntimeException e) {
      turn.unlock();
      throw e;
    }
  }

  private void open() throws SQLException {
    Connection opened = SqliteDatabase.connect(url);
    try (Statement statement = opened.createStatement()) {
      statement.execute("PRAGMA wal_autocheckpoint=" + PAGES_IN_LOG);
      statement.execute("PRAGMA journal_size_limit=" + BYTES_OF_LOG);
      boolean isLogged;
      try (ResultSet row = statement.executeQuery("PRAGMA journal_mode")) {
        isLogged = row.next() && row.getString(1).equalsIgnoreCase("wal");
      }
      // Makes the log, unless it is there.
      statement.executeQuery("SELECT COUNT(*) FROM sqlite_master").close();
      if (isLogged && Files.exists(logFile)) {
        log = new RandomAccessFile(logFile.toFile(), "rw");
      } else {
        statement.execute("PRAGMA synchronous=FULL");
      }
      connection = opened;
    } catch (IOException e) {
      opened.close();
      throw new SQLException(e.getMessage(), e);
    } catch (SQLException | RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  private void giveBack(boolean isDurable) throws SQLException {
    boolean isLast = turn.getHoldCount() == 1;
    long upTo = committed.get();
    boolean hasCommitted = upTo != committedBefore;
    try {
      if (isLast && isBroken) {
        shut();
      }
    } finally {
      turn.unlock();
    }
    if (isDurable && isLast && hasCommitted) {
      force(upTo);
    }
  }

  /** Until this returns, what was committed may be lost with the power. */
  private void force(long upTo) throws SQLException {
    synchronized (forcing) {
      RandomAccessFile present = log;
      if (forced >= upTo || present == null) {
        return;
      }
      long all = committed.get();
      try {
        present.getFD().sync(); // a channel would be closed if the thread is interrupted
      } catch (IOException e) {
        throw new SQLException("The ledger could not be forced to the disk: " + e.getMessage(), e);
      }
      forced = all;
    }
  }

  /**
   * Begins a transaction with SQLite's lock for writing, so that it never has to be given up. The
   * driver's own begin the next one, with that lock, as soon as one is committed.
   */
  private void begin() throws SQLException {
    execute("BEGIN IMMEDIATE");
    isInTransaction = true;
  }

  private void commit() throws SQLException {
    execute("COMMIT");
    isInTransaction = false;
    committed.incrementAndGet();
  }

  private void rollback() throws SQLException {
    isInTransaction = false;
    try {
      execute("ROLLBACK");
    } catch (SQLException e) {
      isBroken = true; // the next turn begins with another connection
      throw e;
    }
  }

  private void execute(String sql) throws SQLException {
    statements.run(connection, sql);
  }

  private void shut() throws SQLException {
    statements.clear();
    isBroken = false;
    synchronized (forcing) {
      try (Connection old = connection;
          RandomAccessFile oldLog = log) {
        if (oldLog != null) {
          oldLog.getFD().sync();
        }
        forced = committed.get();
      } catch (IOException e) {
        throw new SQLException(e.getMessage(), e);
      } finally {
        connection = null;
        log = null;
      }
    }
  }

  @Override
  public void close() {
    turn.lock();
    try {
      isClosed = true;
      if (connection != null) {
        shut();
      }
    } catch (SQLException e) {
      // The process is about to end, and what was committed is in the log.
    } finally {
      turn.unlock();
    }
  }
}
