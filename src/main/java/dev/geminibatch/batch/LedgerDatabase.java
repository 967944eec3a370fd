package dev.geminibatch.batch;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Jdbi;

/**
 * The database of ledger and upload cache: one SQLite file in the state folder, which a daemon and
 * a second command can use at the same time.
 */
public final class LedgerDatabase implements AutoCloseable {
  private final HikariDataSource dataSource;
  private final Jdbi jdbi;

  private LedgerDatabase(HikariDataSource dataSource) {
    this.dataSource = dataSource;
    this.jdbi = Jdbi.create(dataSource);
  }

  /** Opens the database and brings its tables up to date. */
  public static LedgerDatabase open(Path stateFolder) throws IOException {
    Files.createDirectories(stateFolder);
    HikariConfig config = new HikariConfig();
    config.setPoolName("ledger");
    config.setMaximumPoolSize(8);
    config.setMinimumIdle(1);
    // A write transaction takes its lock when it begins, so two of them wait instead of failing;
    // every commit is on the disk when it returns.
    config.setJdbcUrl(
        "jdbc:sqlite:"
            + stateFolder.resolve("ledger.db")
            + "?journal_mode=WAL&synchronous=FULL&busy_timeout=30000&transaction_mode=IMMEDIATE");
    HikariDataSource dataSource = new HikariDataSource(config);
    try {
      Flyway.configure()
          .dataSource(dataSource)
          .locations("classpath:db/migration")
          .load()
          .migrate();
      return new LedgerDatabase(dataSource);
    } catch (RuntimeException e) {
      dataSource.close();
      throw e;
    }
  }

  public Jdbi jdbi() {
    return jdbi;
  }

  @Override
  public void close() {
    dataSource.close();
  }
}
