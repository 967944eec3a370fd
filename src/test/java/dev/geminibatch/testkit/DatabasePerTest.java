package dev.geminibatch.testkit;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A PostgreSQL server for the tests of a class, and an empty database for each of them. */
public abstract class DatabasePerTest {
  @TempDir private static Path programs;

  /** Of the class whose tests run now. */
  protected static PostgresServer server;

  private static int databases;

  /** Of the database of this test. */
  protected final String name = "test" + ++databases;

  @BeforeAll
  static void startServer() {
    server = PostgresServer.start(programs);
  }

  @AfterAll
  static void stopServer() throws IOException {
    if (server != null) {
      server.close();
    }
    server = null; // one that cannot be started leaves none behind
  }

  @BeforeEach
  final void makeDatabase() throws SQLException {
    server.execute("postgres", "CREATE DATABASE " + name);
  }
}
