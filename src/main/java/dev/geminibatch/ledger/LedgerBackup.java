package dev.geminibatch.ledger;

import dev.geminibatch.io.UsageException;
import dev.geminibatch.run.StateFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A copy of the ledger for a backup, made without opening the ledger for writing. */
public final class LedgerBackup {
  /** Packs are known from this version on. */
  private static final int WITH_PACKS = 6;

  private static final String OPEN_RUNS =
      "SELECT id FROM run WHERE state IN "
          + Rows.UNFINISHED
          + " UNION SELECT leader FROM run WHERE leader IS NOT NULL AND state IN "
          + Rows.UNFINISHED;

  private LedgerBackup() {}

  /**
   * What was copied.
   *
   * @param part the copy, which still has to get its name
   * @param version of the ledger
   * @param runs the ids of those that are not finished, and of those that answer them
   * @param packs the ids of their packs
   * @param media files in the state folder that lines of theirs name
   */
  public record Copied(
      Path part, int version, List<String> runs, List<String> packs, List<Path> media) {}

  /** How much room a copy takes at the most. */
  public static long size(StateFolder state) throws IOException {
    return Files.size(new LedgerFile(state).path());
  }

  /**
   * Copies the ledger of a state folder beside a place, forced to the disk. Others may use the
   * ledger meanwhile, and it is not migrated.
   *
   * @throws UsageException if there is no ledger, or it cannot be used
   */
  public static Copied copy(StateFolder state, Path target, Instant now) throws IOException {
    LedgerFile ledger = new LedgerFile(state);
    int version =
        ledger
            .version()
            .orElseThrow(
                () ->
                    new UsageException(
                        "There is no ledger in " + state.path() + ", so nothing to back up."));
    Path part = LedgerCopy.write(ledger, target, now);
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + part);
        Statement statement = connection.createStatement()) {
      String of = " WHERE run_id IN (" + OPEN_RUNS + ")";
      List<String> packs =
          version < WITH_PACKS
              ? List.of()
              : texts(statement, "SELECT DISTINCT pack FROM job" + of + " AND pack IS NOT NULL");
      Path remote = state.remoteMedia().toAbsolutePath();
      List<Path> media =
          texts(statement, "SELECT DISTINCT path FROM media" + of + " AND path IS NOT NULL")
              .stream()
              .map(Path::of)
              .filter(file -> file.toAbsolutePath().startsWith(remote))
              .toList();
      return new Copied(part, version, texts(statement, OPEN_RUNS), packs, media);
    } catch (SQLException e) {
      Files.deleteIfExists(part);
      throw new IOException("The copy of the ledger cannot be read: " + e.getMessage(), e);
    }
  }

  private static List<String> texts(Statement statement, String sql) throws SQLException {
    List<String> texts = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        texts.add(rows.getString(1));
      }
    }
    return texts;
  }

  /** Checks that there is room in a folder. */
  public static void requireRoom(Path folder, long bytes, String what) throws IOException {
    LedgerCopy.requireRoom(folder, bytes, what);
  }
}
