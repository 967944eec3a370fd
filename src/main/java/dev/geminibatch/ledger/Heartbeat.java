package dev.geminibatch.ledger;

import dev.geminibatch.ledger.ServerLeases.End;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Says that a member is alive, on a connection of its own: it must not have to wait for others of
 * this process, nor for the lock of whoever writes. For one thread.
 */
final class Heartbeat implements AutoCloseable {
  private final PostgresDatabase database;
  private final Duration patience;
  private final ServerClock clock;
  private Connection connection;

  /**
   * @param patience for an answer
   * @param clock is set by each answer
   */
  Heartbeat(PostgresDatabase database, Duration patience, ServerClock clock) {
    this.database = database;
    this.patience = patience;
    this.clock = clock;
  }

  /**
   * One beat.
   *
   * @return what the member is at now, which others may have changed; empty if the ledger does not
   *     know it, or not its last beat
   */
  Optional<Members.State> beat(OwnWrites member) throws SQLException {
    long before = clock.machineMillis();
    try (PreparedStatement statement =
        connection()
            .prepareStatement(
                "UPDATE member SET beat = CASE state WHEN 'GONE' THEN beat ELSE "
                    + Members.NOW
                    + " END WHERE id = ? AND beat >= ? RETURNING state, "
                    + Members.NOW
                    + ", beat")) {
      statement.setString(1, member.member());
      statement.setLong(2, member.beat());
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          member.lost();
          return Optional.empty();
        }
        clock.correct(row.getLong(2), before, patience);
        member.beaten(row.getLong(3));
        return Optional.of(Members.State.valueOf(row.getString(1)));
      }
    }
  }

  /** A member that is gone, after so long without a heartbeat. */
  record Gone(String name, Duration silence) {}

  /** Takes those for gone that were silent for longer than they are set to be. */
  List<Gone> expire(String me) throws SQLException {
    try (PreparedStatement statement =
        connection()
            .prepareStatement(
                "UPDATE member SET state = 'GONE' WHERE state <> 'GONE' AND id <> ? AND beat < "
                    + Members.NOW
                    + " - silence RETURNING name, silence")) {
      statement.setString(1, me);
      List<Gone> gone = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          gone.add(new Gone(rows.getString(1), Duration.ofMillis(rows.getLong(2))));
        }
      }
      return gone;
    }
  }

  /** This member ends, whatever the tables are like now. */
  void leave(String me) throws SQLException {
    try (PreparedStatement statement =
        connection().prepareStatement("UPDATE member SET state = 'GONE' WHERE id = ?")) {
      statement.setString(1, me);
      statement.executeUpdate();
    }
  }

  /**
   * Whether a newer program has changed the tables.
   *
   * @param place of the ledger, for a person
   */
  Optional<End> tooOld(String place) throws SQLException {
    try (var statement = connection().createStatement()) {
      int tables = PostgresDatabase.version(statement).orElse(0);
      return tables <= Integer.parseInt(LedgerDatabase.NEWEST)
          ? Optional.empty()
          : Optional.of(
              new End(
                  "The tables of the ledger "
                      + place
                      + " are of version "
                      + tables
                      + " now, and this program knows versions up to "
                      + LedgerDatabase.NEWEST
                      + ": start a program of the version that the others have",
                  true));
    }
  }

  private Connection connection() throws SQLException {
    if (connection == null) {
      connection = database.connect(patience);
    }
    return connection;
  }

  /** After a failure, too: the next beat connects again. */
  @Override
  public void close() {
    try (Connection broken = connection) {
      connection = null;
    } catch (SQLException e) {
      // It was of no more use.
    }
  }
}
