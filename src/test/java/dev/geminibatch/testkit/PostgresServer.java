package dev.geminibatch.testkit;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Assumptions;

/**
 * A PostgreSQL server of a test's own, from a package of programs; it can be stopped and started.
 */
public final class PostgresServer implements AutoCloseable {
  /** Everybody on this machine may come in; the server listens nowhere else. */
  public static final String USER = "postgres";

  private final Path folder;
  private final int port;
  private EmbeddedPostgres server;

  private PostgresServer(Path folder) throws IOException {
    this.folder = folder;
    this.server = begin(0);
    this.port = server.getPort();
  }

  /** Starts one, or skips the test where that cannot be. */
  public static PostgresServer start(Path folder) {
    try {
      return new PostgresServer(folder);
    } catch (IOException | RuntimeException e) {
      Assumptions.abort("PostgreSQL cannot be started here: " + e);
      throw e instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(e);
    }
  }

  private EmbeddedPostgres begin(int wanted) throws IOException {
    EmbeddedPostgres.Builder builder =
        EmbeddedPostgres.builder()
            .setOverrideWorkingDirectory(folder.resolve("programs").toFile())
            .setDataDirectory(folder.resolve("data"))
            .setCleanDataDirectory(false)
            .setServerConfig("fsync", "off")
            .setServerConfig("max_connections", "50")
            .setLocaleConfig("locale", "C")
            .setErrorRedirector(Redirect.DISCARD)
            .setOutputRedirector(Redirect.DISCARD);
    return (wanted == 0 ? builder : builder.setPort(wanted)).start();
  }

  /** Where a database of it is. */
  public String url(String database) {
    return "jdbc:postgresql://localhost:" + port + "/" + database;
  }

  /** Executes statements in a database as its owner. */
  public void execute(String database, String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url(database), USER, "any");
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** The first value of the first row, as a text. */
  public String value(String database, String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url(database), USER, "any");
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }

  /** Ends it; connections break. */
  public void stop() throws IOException {
    server.close();
  }

  /** Starts it once more, at the same place with the same data. */
  public void startAgain() throws IOException {
    server = begin(port);
  }

  @Override
  public void close() throws IOException {
    stop();
  }
}
