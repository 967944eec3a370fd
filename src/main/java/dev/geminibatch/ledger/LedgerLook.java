package dev.geminibatch.ledger;

import dev.geminibatch.io.UsageException;
import dev.geminibatch.run.StateFolder;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
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
 */
public record LedgerLook(Optional<Integer> version, boolean isCurrent, List<Open> open) {

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
      return new LedgerLook(version, false, List.of());
    }
    try (Connection connection = file.reading();
        Statement statement = connection.createStatement()) {
      Optional<String> damage = LedgerDamage.find(statement);
      if (damage.isPresent()) {
        throw file.damaged(damage.get());
      }
      boolean isCurrent = version.get() == Integer.parseInt(LedgerDatabase.NEWEST);
      return new LedgerLook(version, isCurrent, isCurrent ? open(connection, now) : List.of());
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
   * @throws UsageException when it cannot be used, with the reason and the remedy
   * @throws IOException when the server cannot be reached now
   */
  public static LedgerLook at(LedgerServer server, Instant now) throws IOException {
    try (Connection connection = DriverManager.getConnection(server.url(), server.properties());
        Statement statement = connection.createStatement()) {
      Optional<Integer> version = PostgresDatabase.version(statement);
      boolean isCurrent = version.equals(Optional.of(Integer.valueOf(LedgerDatabase.NEWEST)));
      if (isCurrent) {
        requireInCharge(server, connection);
      }
      return new LedgerLook(version, isCurrent, isCurrent ? open(connection, now) : List.of());
    } catch (SQLException e) {
      throw PostgresDatabase.unreachable(server, e);
    }
  }

  private static void requireInCharge(LedgerServer server, Connection connection) {
    Optional<Suspension> gone =
        Suspension.of(Handle.of(connection))
            .filter(suspension -> suspension.state() == Suspension.State.GONE);
    if (gone.isPresent()) {
      throw gone.get().refused(server);
    }
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
