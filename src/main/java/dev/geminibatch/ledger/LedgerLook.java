package dev.geminibatch.ledger;

import dev.geminibatch.io.UsageException;
import dev.geminibatch.run.ProcessTrace;
import dev.geminibatch.run.StateFolder;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A look at a ledger, also one that a daemon has open. Nothing of it is made, changed or brought up
 * to date.
 *
 * @param version the number of its last migration; empty if there is none yet
 * @param isCurrent whether it is of this program's version, and not of an earlier one
 * @param open what is open with the service, by project and model; empty unless it is current
 * @param sharing who shares it; empty unless it is on a server and current
 */
public record LedgerLook(
    Optional<Integer> version, boolean isCurrent, List<Open> open, Optional<Sharing> sharing) {

  /**
   * Who shares the ledger.
   *
   * @param daemons that are not known to be gone
   * @param isFolderKnown whether the state folder that was asked for has runs of it, or may have
   */
  public record Sharing(List<Daemon> daemons, boolean isFolderKnown) {}

  /**
   * A daemon that shares the ledger.
   *
   * @param silent since its last heartbeat
   * @param isHere whether it certainly runs on this machine
   */
  public record Daemon(String name, String version, Duration silent, boolean isHere) {}

  private static final String DAEMONS =
      "SELECT name, version, process, "
          + Members.NOW
          + " - beat AS silent FROM member WHERE daemon = 1 AND state <> 'GONE' ORDER BY name";

  /**
   * What is open of one model.
   *
   * @param project that the key belongs to
   * @param refused so many tokens were too many in the last day; empty if nothing was refused
   */
  public record Open(String project, String model, int jobs, long tokens, Optional<Long> refused) {}

  private static final String OPEN =
      """
      SELECT project, model, COUNT(DISTINCT display_name) AS jobs, SUM(tokens) AS tokens,
        (SELECT refused FROM token_limit
          WHERE token_limit.project = job.project AND token_limit.model = job.model
            AND updated_at > ?) AS refused
      FROM job WHERE state IN ('CREATING', 'OPEN') AND project IS NOT NULL
      GROUP BY project, model ORDER BY project, model""";

  /**
   * Looks.
   *
   * @throws UsageException when it cannot be used, with the reason and the remedy
   */
  public static LedgerLook at(StateFolder state, Instant now) throws IOException {
    NativeSqlite.loadToLook(state); // also if there is no ledger yet: it will be needed
    LedgerFile file = new LedgerFile(state);
    Optional<Integer> version = file.version();
    if (version.isEmpty()) {
      return new LedgerLook(version, false, List.of(), Optional.empty());
    }
    try (Connection connection = file.reading();
        Statement statement = connection.createStatement()) {
      Optional<String> damage = LedgerDamage.find(statement);
      if (damage.isPresent()) {
        throw file.damaged(damage.get());
      }
      boolean isCurrent = version.get() == Integer.parseInt(LedgerDatabase.NEWEST);
      return new LedgerLook(
          version, isCurrent, isCurrent ? open(connection, now) : List.of(), Optional.empty());
    } catch (SQLException e) {
      throw LedgerDamage.of(e)
          .map(file::damaged)
          .orElseGet(
              () ->
                  new UsageException(
                      "The ledger "
                          + file.path()
                          + " cannot be read: "
                          + e.getMessage()
                          + ". Run this as the user of the daemon."));
    }
  }

  /**
   * Looks at the ledger on a server.
   *
   * @param state the folder that a daemon here has
   * @throws UsageException when it cannot be used, with the reason and the remedy
   * @throws IOException when the server cannot be reached now
   */
  public static LedgerLook at(LedgerServer server, StateFolder state, Instant now)
      throws IOException {
    try (Connection connection = DriverManager.getConnection(server.url(), server.properties());
        Statement statement = connection.createStatement()) {
      Optional<Integer> version = PostgresDatabase.version(statement);
      PostgresDatabase.requireNoNewer(server, version);
      boolean isCurrent = version.equals(Optional.of(Integer.valueOf(LedgerDatabase.NEWEST)));
      LedgerTie tie = new LedgerTie(server, state);
      if (version.isEmpty()) {
        tie.requireNothingElse();
      }
      boolean isKnown = isCurrent && tie.look(Handle.of(connection)).isPresent();
      return new LedgerLook(
          version,
          isCurrent,
          isCurrent ? open(connection, now) : List.of(),
          isCurrent ? Optional.of(new Sharing(daemons(statement), isKnown)) : Optional.empty());
    } catch (SQLException e) {
      throw PostgresDatabase.unreachable(server, e);
    }
  }

  private static List<Daemon> daemons(Statement statement) throws SQLException {
    List<Daemon> daemons = new ArrayList<>();
    try (ResultSet row = statement.executeQuery(DAEMONS)) {
      while (row.next()) {
        daemons.add(
            new Daemon(
                row.getString("name"),
                row.getString("version"),
                Duration.ofMillis(row.getLong("silent")),
                ProcessTrace.isOfThisMachine(row.getString("process"))));
      }
    }
    return daemons;
  }

  private static List<Open> open(Connection connection, Instant now) throws SQLException {
    List<Open> open = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(OPEN)) {
      statement.setLong(1, now.minus(LearnedLimits.MEMORY).toEpochMilli());
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          long refused = row.getLong("refused");
          open.add(
              new Open(
                  row.getString("project"),
                  row.getString("model"),
                  row.getInt("jobs"),
                  row.getLong("tokens"),
                  refused == 0 ? Optional.empty() : Optional.of(refused)));
        }
      }
    }
    return open;
  }
}
