package dev.geminibatch.ledger;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.UsageException;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.quartz.TriggerKey;

/**
 * A schema on a PostgreSQL server. A commit is on its disk when it returns, also a quick one: the
 * server may end without us, who would not find out again what it has lost.
 */
final class PostgresDatabase implements LedgerDatabase {
  private static final int CONNECTIONS = 10;

  /** For a connection; whoever asks meanwhile fails, and tries again later. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** The server gives up the lock of a process that is frozen or cannot be reached. */
  private static final String SESSION =
      """
      SELECT set_config('lock_timeout', '30s', false),
        set_config('idle_in_transaction_session_timeout', '15s', false),
        set_config('synchronous_commit', CASE current_setting('synchronous_commit')
          WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, false)""";

  private static final String VERSION =
      "SELECT MAX(CAST(version AS INTEGER)) FROM flyway_schema_history"
          + " WHERE success AND version IS NOT NULL";

  /**
   * The server's words for a user, a password or a database that is wrong, and the driver's for a
   * password that is missing: to wait is no use.
   */
  private static final Pattern REFUSED = Pattern.compile("28...|3D000|08004");

  /**
   * Its words for a connection that is lost, a server that begins or ends, too many users, a lock
   * that somebody has for long, who moves a ledger there, and one that does not write yet: it is
   * about to replace another one.
   */
  private static final Pattern AWAY = Pattern.compile("08...|57P0.|53300|55P03|25006");

  static final LedgerNotes NOTES =
      new LedgerNotes() {
        @Override
        public long minutes(Handle handle, Note note) {
          return handle
              .createQuery("SELECT minutes FROM note WHERE name = :name")
              .bind("name", note.name())
              .mapTo(Long.class)
              .findOne()
              .orElse(0L);
        }

        @Override
        public void write(Handle handle, Note note, long minutes) {
          handle.execute(
              "INSERT INTO note (name, minutes) VALUES (?, ?)"
                  + " ON CONFLICT (name) DO UPDATE SET minutes = excluded.minutes",
              note.name(),
              minutes);
        }
      };

  private final LedgerServer server;
  private final HikariDataSource pool;
  private final Access writing;
  private final Access reading;

  private PostgresDatabase(HikariDataSource pool, LedgerServer server, Fences fences) {
    ServerConnections connections =
        new ServerConnections(pool, lock(server.schema()), fences, server.toString());
    this.server = server;
    this.pool = pool;
    this.writing = connections.writing();
    this.reading = connections.reading();
  }

  /** Locks are of a whole database, which may have several schemas of ours. */
  private static long lock(String schema) {
    return ((long) "gemini-batch".hashCode() << Integer.SIZE) ^ schema.hashCode();
  }

  /** As {@link #open(LedgerServer, Fences)}, for a process that is no member. */
  static PostgresDatabase open(LedgerServer server) throws IOException {
    return open(server, new Fences());
  }

  /**
   * Opens the database and brings its tables up to date.
   *
   * @param fences what this process holds there
   * @throws UsageException when it cannot be used, with the reason and the remedy
   * @throws IOException when the server cannot be reached now
   */
  static PostgresDatabase open(LedgerServer server, Fences fences) throws IOException {
    HikariDataSource pool = null;
    try {
      pool = pool(server);
      bringUpToDate(pool, server);
      return new PostgresDatabase(pool, server, fences);
    } catch (SQLException | RuntimeException e) {
      if (pool != null) {
        pool.close();
      }
      throw understood(server, e);
    }
  }

  private static HikariDataSource pool(LedgerServer server) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("ledger");
    config.setMaximumPoolSize(CONNECTIONS);
    config.setMinimumIdle(0);
    config.setConnectionTimeout(PATIENCE.toMillis());
    config.setConnectionInitSql(SESSION);
    // Each statement sees what was committed before it, and not before the lock was waited for.
    config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
    config.setJdbcUrl(server.url());
    config.setDataSourceProperties(server.properties());
    config.setExceptionOverrideClassName(ReadOnlySessions.class.getName());
    return new HikariDataSource(config);
  }

  /** Refuses tables that this program does not know. */
  static void requireNoNewer(LedgerServer server, Optional<Integer> version) {
    if (version.orElse(0) > Integer.parseInt(NEWEST)) {
      throw new UsageException(
          "The ledger "
              + server
              + " has version "
              + version.get()
              + ", and this program knows versions up to "
              + NEWEST
              + ": a newer program has used it. Use that newer program. Nothing was changed.");
    }
  }

  private static void bringUpToDate(HikariDataSource pool, LedgerServer server)
      throws SQLException {
    Optional<Integer> version;
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      requireUnicode(statement, server);
      version = version(statement);
    }
    requireNoNewer(server, version);
    if (version.orElse(0) < Integer.parseInt(NEWEST)) {
      Flyway.configure()
          .dataSource(pool)
          .defaultSchema(server.schema())
          .locations("classpath:db/postgresql")
          .load()
          .migrate();
    }
  }

  private static void requireUnicode(Statement statement, LedgerServer server) throws SQLException {
    String encoding = text(statement, "SHOW server_encoding").orElse("");
    if (!encoding.equals("UTF8")) {
      throw new UsageException(
          "The database of "
              + server
              + " has the encoding "
              + encoding
              + ". Make one with the encoding UTF8, and name it in ledger.url.");
    }
  }

  /** The number of the last migration; empty if there are no tables. */
  static Optional<Integer> version(Statement statement) throws SQLException {
    return text(statement, "SELECT to_regclass('flyway_schema_history')").isEmpty()
        ? Optional.empty()
        : text(statement, VERSION).map(Integer::valueOf);
  }

  private static Optional<String> text(Statement statement, String query) throws SQLException {
    try (ResultSet row = statement.executeQuery(query)) {
      return row.next() ? Optional.ofNullable(row.getString(1)) : Optional.empty();
    }
  }

  private static RuntimeException understood(LedgerServer server, Exception e) throws IOException {
    if (e instanceof UsageException usage) {
      return usage;
    }
    Optional<SQLException> problem = problem(e);
    if (problem.isPresent() && (isAway(problem.get()) || !(e instanceof FlywayException))) {
      throw unreachable(server, problem.get());
    }
    if (e instanceof FlywayException) {
      return new UsageException(
          "The tables of the ledger "
              + server
              + " cannot be made or brought up to date: "
              + Amounts.firstLine(String.valueOf(e.getMessage()))
              + ". See that ledger.user may create a schema in the database, or owns "
              + server.schema()
              + ".");
    }
    return e instanceof RuntimeException unexpected ? unexpected : new IllegalStateException(e);
  }

  private static Optional<SQLException> problem(Throwable thrown) {
    for (Throwable each = thrown; each != null; each = each.getCause()) {
      if (each instanceof SQLException problem) {
        return Optional.of(problem);
      }
    }
    return Optional.empty();
  }

  /** Whether a start has to wait for the server. */
  static boolean isAway(SQLException problem) {
    String state = problem.getSQLState();
    return state == null
        ? problem instanceof SQLTransientException // of the pool
        : AWAY.matcher(state).matches();
  }

  /** What the driver says, as part of a sentence; its remedy names an ancient program. */
  static String words(SQLException problem) {
    String message = Amounts.firstLine(problem.getMessage());
    if (message.contains("targetServerType")) {
      return "the server takes no writes: it is a standby, or default_transaction_read_only is on";
    }
    int remedy = message.indexOf(". Check that the hostname");
    return Amounts.clause(remedy < 0 ? message : message.substring(0, remedy));
  }

  /**
   * What keeps somebody from a server, with the remedy.
   *
   * @return if it may pass
   * @throws UsageException if it does not
   */
  static IOException unreachable(LedgerServer server, SQLException problem) {
    String what = "The ledger " + server + " cannot be reached: " + words(problem);
    String state = String.valueOf(problem.getSQLState());
    if (REFUSED.matcher(state).matches()) {
      throw new UsageException(
          what
              + ". See that the database and the user exist, and that ledger.url, ledger.user and"
              + " ledger.password-file name them and the password.");
    }
    return new LedgerUnreachable(
        what + ". See that the primary server runs, and that ledger.url names it.");
  }

  /**
   * A connection of its own, beside those that may all be in use; an answer is waited for so long.
   */
  Connection connect(Duration patience) throws SQLException {
    Properties properties = server.properties();
    String seconds = Long.toString(Math.max(1, patience.toSeconds()));
    properties.put("socketTimeout", seconds);
    properties.put("connectTimeout", seconds);
    return DriverManager.getConnection(server.url(), properties);
  }

  @Override
  public String place() {
    return server.toString();
  }

  @Override
  public Access durable() {
    return writing;
  }

  @Override
  public Access quick() {
    return writing;
  }

  @Override
  public String orderOfRows() {
    return "submitted_at";
  }

  @Override
  public Access reading() {
    return reading;
  }

  /** Which transactions are over, of all: a commit that is not seen yet does not count. */
  @Override
  public long stamp() {
    String seen =
        writing.withHandle(
            handle ->
                handle
                    .createQuery("SELECT CAST(pg_current_snapshot() AS TEXT)")
                    .mapTo(String.class)
                    .one());
    return seen.chars().asLongStream().reduce(0, (hash, next) -> 31 * hash + next);
  }

  @Override
  public long minutes(Handle handle, Note note) {
    return NOTES.minutes(handle, note);
  }

  @Override
  public void write(Handle handle, Note note, long minutes) {
    NOTES.write(handle, note, minutes);
  }

  /** An operator makes them, with the tools of the server. */
  @Override
  public List<Path> copiesBeforeUpgrades() {
    return List.of();
  }

  @Override
  public Optional<Function<Predicate<TriggerKey>, TickStore>> ticks() {
    return Optional.of(isHere -> new TickStore(pool, isHere));
  }

  @Override
  public void close() {
    pool.close();
  }
}
