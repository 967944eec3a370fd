package dev.geminibatch.ledger;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.io.DiskReserve;
import dev.geminibatch.io.PrivateFiles;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.run.StateFolder;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies of a ledger that others may write to meanwhile: each is what the ledger was at one moment,
 * complete in one file, checked, and marked as a copy ({@link Restoration}).
 */
final class LedgerCopy {
  private static final Logger LOG = LoggerFactory.getLogger("state");
  private static final String BEFORE = "ledger.db.before-V";
  private static final Duration ONE_UPGRADE = Duration.ofHours(1);
  private static final int MILLIS_A_MINUTE = 60_000;

  private LedgerCopy() {}

  /** The newest copy of before an upgrade, if there is one. */
  static Optional<Path> newestBefore(StateFolder state) {
    try {
      return before(state).stream().max(Comparator.comparingInt(LedgerCopy::version));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** All copies of before upgrades. */
  static List<Path> before(StateFolder state) throws IOException {
    try (Stream<Path> files = Files.list(state.path())) {
      return files
          .filter(file -> file.getFileName().toString().matches("ledger\\.db\\.before-V\\d{1,6}"))
          .toList();
    }
  }

  private static int version(Path copy) {
    return Integer.parseInt(copy.getFileName().toString().substring(BEFORE.length()));
  }

  /**
   * Keeps the ledger as it is before it is migrated, in place of an older copy, so that the program
   * that made it can use it again.
   *
   * @throws UsageException if there is no room for it; then nothing is migrated
   */
  static void keepBefore(LedgerFile ledger, int version, Instant now) throws IOException {
    StateFolder state = ledger.state();
    Path kept = state.path().resolve(BEFORE + LedgerDatabase.NEWEST);
    if (Files.exists(kept)
        && Files.getLastModifiedTime(kept).toInstant().plus(ONE_UPGRADE).isAfter(now)) {
      return; // another process is migrating, and what is there now is neither old nor new
    }
    requireRoom(state.path(), Files.size(ledger.path()), "before the upgrade a copy of the ledger");
    Path part = write(ledger, kept, now);
    for (Path old : before(state)) {
      Files.deleteIfExists(old);
    }
    AtomicFiles.publish(part, kept);
    LOG.info(
        "The ledger has version {} and is migrated to version {}. A copy is kept: to go back to the"
            + " older program, stop this one, move ledger.db, ledger.db-wal and ledger.db-shm away,"
            + " and rename {} to ledger.db",
        version,
        LedgerDatabase.NEWEST,
        kept);
  }

  /**
   * Writes a copy beside its place, forced to the disk.
   *
   * @return where it is
   * @throws UsageException if the ledger is damaged
   */
  static Path write(LedgerFile ledger, Path target, Instant now) throws IOException {
    Path part = AtomicFiles.aside(target, "copy");
    Files.deleteIfExists(part);
    PrivateFiles.createFile(part); // SQLite writes into an empty file, and keeps its mode
    try {
      try (Connection connection = ledger.reading();
          PreparedStatement copy = connection.prepareStatement("VACUUM INTO ?")) {
        copy.setString(1, part.toString());
        copy.execute();
      }
      try (Connection connection = SqliteDatabase.connect("jdbc:sqlite:" + part);
          Statement statement = connection.createStatement()) {
        statement.execute("PRAGMA user_version = " + now.toEpochMilli() / MILLIS_A_MINUTE);
        Optional<String> damage = LedgerDamage.find(statement);
        if (damage.isPresent()) {
          throw ledger.damaged(damage.get());
        }
      }
      AtomicFiles.force(part);
      return part;
    } catch (SQLException e) {
      Files.deleteIfExists(part);
      throw LedgerDamage.of(e)
          .<RuntimeException>map(ledger::damaged)
          .orElseThrow(() -> new IOException("The ledger cannot be copied: " + text(e), e));
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(part);
      throw e;
    }
  }

  private static String text(SQLException e) {
    return Amounts.firstLine(String.valueOf(e.getMessage()));
  }

  /**
   * Checks that there is room for a copy, and something besides.
   *
   * @param folder that will hold it
   * @param what is to be written, for the message
   */
  static void requireRoom(Path folder, long bytes, String what) throws IOException {
    FileStore disk = Files.getFileStore(folder);
    long free = disk.getUsableSpace();
    long kept = Math.min(DiskReserve.FOR_THE_LEDGER.bytes(), disk.getTotalSpace() / 20);
    if (disk.getTotalSpace() > 0 && free - bytes < kept) {
      throw new UsageException(
          "The disk of "
              + folder
              + " has "
              + Amounts.size(free)
              + " free, which is too little for "
              + what
              + " ("
              + Amounts.size(bytes)
              + ", and "
              + Amounts.size(kept)
              + " to spare). Make room, and try again. Nothing was changed.");
    }
  }
}
