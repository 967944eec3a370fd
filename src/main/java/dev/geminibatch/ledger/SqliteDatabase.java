package dev.geminibatch.ledger;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.UsageException;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.exception.FlywayValidateException;
import org.sqlite.JDBC;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteDataSource;

/** One SQLite file in the state folder, which a daemon and a second command can use at once. */
final class SqliteDatabase implements LedgerDatabase {
  private final LedgerFile ledger;
  private final HikariDataSource pool;
  private final SharedConnection shared;
  private final Access durable;
  private final Access quick;
  private final Access reading;

  private SqliteDatabase(LedgerFile ledger, HikariDataSource pool, SharedConnection shared) {
    this.ledger = ledger;
    this.pool = pool;
    this.shared = shared;
    this.durable = shared.access(true);
    this.quick = shared.access(false);
    this.reading = new Access(new PooledConnections(pool));
  }

  /**
   * Opens the database and brings its tables up to date; of one that has older tables a copy is
   * kept.
   *
   * @param ledger in a state folder that is there
   * @param version of its tables, which it does not have yet if empty
   * @throws UsageException when it was made by a version that this one does not follow, or is
   *     damaged
   */
  static SqliteDatabase open(LedgerFile ledger, Optional<Integer> version, Instant now)
      throws IOException {
    // Spares a start the time to check every migration; most find the tables as they need them.
    boolean isUpToDate = version.equals(Optional.of(Integer.valueOf(NEWEST)));
    if (!isUpToDate && version.isPresent()) {
      LedgerCopy.keepBefore(ledger, version.get(), now);
    }
    ledger.opening();
    HikariDataSource pool = null;
    try {
      pool =
          version.isPresent()
              ? upToDate(ledger, isUpToDate)
              : NewLedger.alone(ledger.state(), () -> upToDate(ledger, false));
      SharedConnection shared = new SharedConnection(url(ledger.path(), "NORMAL"), ledger.path());
      return new SqliteDatabase(ledger, pool, shared);
    } catch (RuntimeException e) {
      if (pool != null) {
        pool.close();
      }
      ledger.closed();
      throw understood(ledger, e);
    }
  }

  private static HikariDataSource upToDate(LedgerFile ledger, boolean isUpToDate) {
    HikariDataSource pool = pool(url(ledger.path(), "FULL"));
    try {
      if (!isUpToDate && !NewLedger.make(pool)) {
        Flyway.configure().dataSource(pool).locations("classpath:db/migration").load().migrate();
      }
      return pool;
    } catch (RuntimeException e) {
      pool.close();
      throw e;
    }
  }

  private static RuntimeException understood(LedgerFile ledger, RuntimeException e) {
    if (e instanceof FlywayValidateException) {
      return new UsageException(
          "The ledger "
              + ledger.path()
              + " cannot be used by this version ("
              + Amounts.firstLine(e.getMessage())
              + "). Use the version that made it until its runs are finished, or set"
              + " state.directory to a new folder.");
    }
    return LedgerDamage.of(e).<RuntimeException>map(ledger::damaged).orElse(e);
  }

  private static String url(Path file, String synchronous) {
    // A write transaction takes its lock when it begins, so two of them wait instead of failing.
    return "jdbc:sqlite:"
        + file
        + "?journal_mode=WAL&busy_timeout=30000&transaction_mode=IMMEDIATE"
        + "&jdbc.get_generated_keys=false&synchronous="
        + synchronous;
  }

  /** Of its driver itself: to search for one would load that of the server, too, at each start. */
  static SQLiteConnection connect(String url) throws SQLException {
    return JDBC.createConnection(url, new Properties());
  }

  private static HikariDataSource pool(String url) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("ledger");
    config.setMaximumPoolSize(8);
    config.setMinimumIdle(0);
    config.setDataSource(
        new SQLiteDataSource() {
          @Override
          public SQLiteConnection getConnection(String user, String password) throws SQLException {
            return connect(url);
          }
        });
    return new HikariDataSource(config);
  }

  @Override
  public String place() {
    return ledger.state().path().toString();
  }

  @Override
  public Access durable() {
    return durable;
  }

  /**
   * It takes a tenth of the time. Nobody else can use the ledger while one of its handles is open.
   */
  @Override
  public Access quick() {
    return quick;
  }

  @Override
  public String orderOfRows() {
    return "rowid";
  }

  @Override
  public Access reading() {
    return reading;
  }

  /** When something was last written into it, in microseconds; 0 if that is not known. */
  @Override
  public long stamp() {
    return ledger.lastWritten();
  }

  /** SQLite keeps two numbers for the users of a database; a copy says in one when it was made. */
  private static String pragma(Note note) {
    return note == Note.LACKS_SINCE ? "PRAGMA user_version" : "PRAGMA application_id";
  }

  /** A number that was noted in a database of this kind. */
  static long noted(Handle handle, Note note) {
    return handle.createQuery(pragma(note)).mapTo(Long.class).one();
  }

  /** Notes a number in it. */
  static void note(Handle handle, Note note, long minutes) {
    handle.execute(pragma(note) + " = " + minutes);
  }

  @Override
  public long minutes(Handle handle, Note note) {
    return noted(handle, note);
  }

  @Override
  public void write(Handle handle, Note note, long minutes) {
    note(handle, note, minutes);
  }

  @Override
  public List<Path> copiesBeforeUpgrades() throws IOException {
    return LedgerCopy.before(ledger.state());
  }

  @Override
  public void close() {
    shared.close();
    pool.close();
    ledger.closed();
  }
}
