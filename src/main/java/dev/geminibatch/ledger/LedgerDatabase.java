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
import java.util.Locale;
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
  static final String NEWEST = "6";

  private final HikariDataSource durablePool;
  private final HikariDataSource quickPool;
  private final Jdbi durable;
  private final Jdbi quick;

  private LedgerDatabase(HikariDataSource durablePool, HikariDataSource quickPool) {
    this.durablePool = durablePool;
    this.quickPool = quickPool;
    this.durable = over(durablePool);
    this.quick = over(quickPool);
  }

  /**
   * Opens the database and brings its tables up to date.
   *
   * @param stateFolder is there
   * @throws UsageException when it was made by a version that this one does not follow
   */
  public static LedgerDatabase open(Path stateFolder) {
    HikariDataSource durable = pool(stateFolder, "FULL");
    try {
      if (!isUpToDate(durable)) {
        Flyway.configure().dataSource(durable).locations("classpath:db/migration").load().migrate();
      }
      return new LedgerDatabase(durable, pool(stateFolder, "NORMAL"));
    } catch (FlywayValidateException e) {
      durable.close();
      throw new UsageException(
          "The ledger in "
              + stateFolder
              + " cannot be used by this version ("
              + Amounts.firstLine(e.getMessage())
              + "). Use the version that made it until its runs are finished, or set"
              + " state.directory to a new folder.");
    } catch (RuntimeException e) {
      durable.close();
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

  private static HikariDataSource pool(Path stateFolder, String synchronous) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("ledger-" + synchronous.toLowerCase(Locale.ROOT));
    config.setMaximumPoolSize(8);
    config.setMinimumIdle(0);
    // A write transaction takes its lock when it begins, so two of them wait instead of failing.
    config.setJdbcUrl(
        "jdbc:sqlite:"
            + stateFolder.resolve("ledger.db")
            + "?journal_mode=WAL&busy_timeout=30000&transaction_mode=IMMEDIATE&synchronous="
            + synchronous);
    return new HikariDataSource(config);
  }

  private static Jdbi over(DataSource source) {
    Jdbi jdbi = Jdbi.create(source);
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
   * is found out again when a stage is run again.
   */
  Jdbi quick() {
    return quick;
  }

  @Override
  public void close() {
    quickPool.close();
    durablePool.close();
  }
}
