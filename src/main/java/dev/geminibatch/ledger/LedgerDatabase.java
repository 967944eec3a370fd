package dev.geminibatch.ledger;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.UsageException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.exception.FlywayValidateException;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jdbi.v3.core.statement.TemplateEngine;

/**
 * The database of ledger and upload cache: one SQLite file in the state folder, which a daemon and
 * a second command can use at the same time.
 */
final class LedgerDatabase implements AutoCloseable {
  /** The last file in db/migration. */
  static final String NEWEST = "7";

  private final HikariDataSource pool;
  private final SharedConnection shared;
  private final Jdbi durable;
  private final Jdbi quick;
  private final Jdbi reading;

  private LedgerDatabase(HikariDataSource pool, SharedConnection shared) {
    this.pool = pool;
    this.shared = shared;
    this.durable = over(shared, true);
    this.quick = over(shared, false);
    this.reading = set(Jdbi.create(pool));
  }

  /**
   * Opens the database and brings its tables up to date.
   *
   * @param stateFolder is there
   * @throws UsageException when it was made by a version that this one does not follow
   */
  public static LedgerDatabase open(Path stateFolder) {
    Path file = stateFolder.resolve("ledger.db");
    HikariDataSource pool = pool(url(file, "FULL"));
    try {
      if (!isUpToDate(pool)) {
        Flyway.configure().dataSource(pool).locations("classpath:db/migration").load().migrate();
      }
      return new LedgerDatabase(pool, new SharedConnection(url(file, "NORMAL"), file));
    } catch (FlywayValidateException e) {
      pool.close();
      throw new UsageException(
          "The ledger in "
              + stateFolder
              + " cannot be used by this version ("
              + Amounts.firstLine(e.getMessage())
              + "). Use the version that made it until its runs are finished, or set"
              + " state.directory to a new folder.");
    } catch (RuntimeException e) {
      pool.close();
      throw e;
    }
  }

  /** Spares a start the time to check every migration; most find the tables as they need them. */
  private static boolean isUpToDate(DataSource source) {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT version FROM flyway_schema_history WHERE success = 1"
                    + " ORDER BY installed_rank DESC LIMIT 1")) {
      return row.next() && NEWEST.equals(row.getString(1));
    } catch (SQLException e) {
      return false; // a new database, or an odd one
    }
  }

  private static String url(Path file, String synchronous) {
    // A write transaction takes its lock when it begins, so two of them wait instead of failing.
    return "jdbc:sqlite:"
        + file
        + "?journal_mode=WAL&busy_timeout=30000&transaction_mode=IMMEDIATE"
        + "&jdbc.get_generated_keys=false&synchronous="
        + synchronous;
  }

  private static HikariDataSource pool(String url) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("ledger");
    config.setMaximumPoolSize(8);
    config.setMinimumIdle(0);
    config.setJdbcUrl(url);
    return new HikariDataSource(config);
  }

  private static Jdbi over(SharedConnection shared, boolean isDurable) {
    Jdbi jdbi = set(Jdbi.create(shared.factory(isDurable)));
    jdbi.setTransactionHandler(new Transactions(shared));
    jdbi.setStatementBuilderFactory(connection -> shared.statements());
    return jdbi;
  }

  private static Jdbi set(Jdbi jdbi) {
    // Our SQL has no templates, and an engine for them takes its time to load.
    jdbi.getConfig(SqlStatements.class)
        .setTemplateEngine(TemplateEngine.NOP)
        .setSqlParser(new NamedParameters());
    return jdbi;
  }

  /** Every commit is on the disk when it returns: for what must outlive a power failure. */
  Jdbi durable() {
    return durable;
  }

  /**
   * A commit outlives the process and not a power failure, and takes a tenth of the time: for what
   * is found out again when a stage is run again. Nobody else can use the ledger while one of its
   * handles is open, so what is done meanwhile takes a moment only.
   */
  Jdbi quick() {
    return quick;
  }

  /** For queries that find many rows, which hold nobody up. Nothing is written through it. */
  Jdbi reading() {
    return reading;
  }

  @Override
  public void close() {
    shared.close();
    pool.close();
  }
}
