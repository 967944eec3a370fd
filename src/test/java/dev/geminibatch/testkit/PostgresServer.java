package dev.geminibatch.testkit;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * A PostgreSQL server of a test's own, from a package of programs; it can be stopped and started.
 * All tests share the programs, and begin with copies of the same data: to unpack and to make them
 * takes longer than most of these tests.
 */
public final class PostgresServer implements AutoCloseable {
  /** Everybody on this machine may come in; the server listens nowhere else. */
  public static final String USER = "postgres";

  private static final Path SHARED = Path.of("target/postgres").toAbsolutePath();

  private final Path folder;
  private final int port;
  private EmbeddedPostgres server;

  private PostgresServer(Path folder) throws IOException {
    this.folder = folder;
    copyNewTo(folder.resolve("data"));
    this.server = begin(folder, 0);
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

  private static synchronized void copyNewTo(Path data) throws IOException {
    Path made = SHARED.resolve("made-" + System.getProperty("postgres.version"));
    Path lock = Files.createDirectories(SHARED).resolve("lock");
    try (FileChannel channel =
            FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock held = channel.lock()) {
      if (Files.notExists(made)) {
        Path part = Files.createTempDirectory(SHARED, "part-");
        begin(part, 0).close();
        Files.move(part, made);
      }
    }
    try (Stream<Path> files = Files.walk(made.resolve("data"))) {
      for (Path each : (Iterable<Path>) files::iterator) {
        Files.copy(
            each,
            data.resolve(made.resolve("data").relativize(each)),
            StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }

  private static EmbeddedPostgres begin(Path folder, int wanted) throws IOException {
    EmbeddedPostgres.Builder builder =
        EmbeddedPostgres.builder()
            .setOverrideWorkingDirectory(SHARED.resolve("programs").toFile())
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
    server = begin(folder, port);
  }

  @Override
  public void close() throws IOException {
    stop();
  }
}
