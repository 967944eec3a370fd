package dev.geminibatch.ledger;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.Folders;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.run.StateFolder;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The file of the ledger as it is found, before anything is written to it: whether it is ours,
 * whole and of a version that this program knows. What is not is refused and stays as it is,
 * because the only record of what was paid for may be in it.
 *
 * @param state folder that holds it
 */
record LedgerFile(StateFolder state) {
  /** What each SQLite database begins with; see sqlite.org/fileformat2.html. */
  private static final byte[] MAGIC = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);

  private static final int HEADER = 100;
  private static final int PAGE_SIZE = 16;
  private static final int WRITE_VERSION = 18;
  private static final int READ_VERSION = 19;
  private static final int PAGES = 28;

  /** The file is complete without a log beside it, as a copy made by {@link LedgerCopy} is. */
  private static final int WITHOUT_LOG = 1;

  private static final int WITH_LOG = 2;

  /**
   * Ledgers that this process has open. Their files must not even be opened otherwise: closing any
   * handle of a file gives up the locks that SQLite has on it.
   */
  private static final Map<Path, Integer> OPEN = new ConcurrentHashMap<>();

  /** The file. */
  Path path() {
    return state.path().resolve("ledger.db");
  }

  private Path log() {
    return state.path().resolve("ledger.db-wal");
  }

  /** When a commit of whatever process was last written, in microseconds; 0 if none is known. */
  long lastWritten() {
    try {
      return Files.getLastModifiedTime(log()).to(TimeUnit.MICROSECONDS);
    } catch (NoSuchFileException e) {
      return 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Makes sure that it was not moved away. Who has opened it asks once more: it cannot be moved
   * from then on.
   *
   * @throws UsageException if it was
   */
  void requireInCharge() {
    if (Files.exists(state.ledgerMoved())) {
      throw new MovedLedger(state).refused();
    }
  }

  /** This process is about to open it. */
  void opening() {
    OPEN.merge(path().toAbsolutePath(), 1, Integer::sum);
  }

  /** This process has closed it. */
  void closed() {
    OPEN.computeIfPresent(path().toAbsolutePath(), (path, times) -> times == 1 ? null : times - 1);
  }

  /**
   * Whether its log has lost what was written last. To be asked before anything opens it: SQLite
   * removes the log then.
   *
   * @return when all was in the database itself; empty if nothing is lost
   */
  Optional<Instant> lostEnd() throws IOException {
    LedgerLog ends = new LedgerLog(log(), state.path().resolve("ledger.db-shm"));
    if (!Files.isRegularFile(path())
        || OPEN.containsKey(path().toAbsolutePath())
        || !ends.hasLost()) {
      return Optional.empty();
    }
    ends.keep();
    return Optional.of(Files.getLastModifiedTime(path()).toInstant());
  }

  /**
   * Its version, the number of the last migration.
   *
   * @return empty if there is none yet, and nothing that one should know of
   * @throws UsageException if it cannot be used, with the reason and the remedy
   */
  Optional<Integer> version() throws IOException {
    requireInCharge();
    if (!Files.exists(path())) {
      requireNothingElse("is missing", hasLog());
      return Optional.empty();
    }
    requireAccess();
    if (Files.size(path()) == 0) {
      requireNothingElse("is empty", hasLog());
      return Optional.empty();
    }
    if (!OPEN.containsKey(path().toAbsolutePath())) {
      requireWhole();
    }
    NativeSqlite.load(state);
    Optional<Integer> version = readVersion();
    if (version.isEmpty()) {
      // Another process may be making the first tables at this moment: a log says nothing.
      requireNothingElse("has no tables, so its log ledger.db-wal may have been lost", false);
    }
    int newest = Integer.parseInt(LedgerDatabase.NEWEST);
    if (version.orElse(0) > newest) {
      throw new UsageException(
          "The ledger "
              + path()
              + " has version "
              + version.get()
              + ", and this program knows versions up to "
              + newest
              + ": a newer program has used it. Use that newer program, or stop it and restore a"
              + " backup of before the upgrade"
              + LedgerCopy.newestBefore(state)
                  .map(copy -> ", such as " + copy + ", as ledger.db")
                  .orElse("")
              + ". Nothing was changed.");
    }
    return version;
  }

  private void requireAccess() {
    if (!Files.isRegularFile(path())) {
      throw new UsageException(
          "The ledger "
              + path()
              + " is not a file. Move what is there away, and restore the ledger from a backup, or"
              + " set state.directory to another folder.");
    }
    if (!Files.isReadable(path())) {
      throw new UsageException(
          "The ledger " + path() + " cannot be read. Run this as the user of the daemon.");
    }
    if (!Files.isWritable(path()) || !Files.isWritable(state.path())) {
      throw new UsageException(
          "The ledger "
              + path()
              + " cannot be written to. Run this as the user of the daemon; if its disk is mounted"
              + " read-only, mount it so that it can be written to.");
    }
  }

  /** To begin with an empty ledger beside runs would be to pay for them once more. */
  private void requireNothingElse(String what, boolean hasLog) throws IOException {
    long runs = runs();
    if (runs == 0 && !hasLog) {
      return;
    }
    throw new UsageException(
        "The ledger "
            + path()
            + " "
            + what
            + ", but "
            + (runs == 0
                ? "its log " + log().getFileName() + " is there"
                : "there are files of " + Amounts.count(runs, "run") + " in " + state.runs())
            + ". A new ledger would not know what is in progress and what is paid for, so none is"
            + " made. "
            + remedy()
            + " To forget the old runs, move the state folder away; what is dropped again is then"
            + " paid for again.");
  }

  private boolean hasLog() throws IOException {
    return Files.exists(log()) && Files.size(log()) > 0;
  }

  private long runs() throws IOException {
    try (Stream<Path> folders = state.inRuns()) {
      return folders.filter(Folders::holdsAnything).limit(1_000).count();
    }
  }

  private void requireWhole() throws IOException {
    byte[] header = new byte[HEADER];
    long size;
    try (RandomAccessFile file = new RandomAccessFile(path().toFile(), "r")) {
      size = file.length();
      file.readFully(header, 0, (int) Math.min(size, HEADER));
    }
    if (size < HEADER || !Arrays.equals(header, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
      throw damaged("it is not an SQLite database");
    }
    if (!isKnown(header[WRITE_VERSION]) || !isKnown(header[READ_VERSION])) {
      throw damaged("its header has no version that is known"); // SQLite would only read it
    }
    boolean hasLog = hasLog();
    if (hasLog && header[WRITE_VERSION] == WITHOUT_LOG) {
      throw new UsageException(
          "The ledger "
              + path()
              + " was restored from a copy, but the log of another ledger is beside it, which would"
              + " damage it. Move "
              + log().getFileName()
              + " and ledger.db-shm away, and start again. Nothing was changed.");
    }
    ByteBuffer numbers = ByteBuffer.wrap(header);
    long pageSize = numbers.getShort(PAGE_SIZE) & 0xffff;
    long expected = (numbers.getInt(PAGES) & 0xffffffffL) * (pageSize == 1 ? 65536 : pageSize);
    if (size < expected && !hasLog) { // else the rest may be in the log
      throw damaged(
          "it has " + Amounts.count(size) + " bytes and should have " + Amounts.count(expected));
    }
  }

  private static boolean isKnown(byte version) {
    return version == WITHOUT_LOG || version == WITH_LOG;
  }

  /** Reads it without a chance to write: even a newer ledger stays as it is, byte for byte. */
  private Optional<Integer> readVersion() {
    try (Connection connection = reading();
        Statement statement = connection.createStatement()) {
      try (ResultSet tables =
          statement.executeQuery(
              "SELECT (SELECT COUNT(*) FROM sqlite_master WHERE name = 'flyway_schema_history'),"
                  + " (SELECT COUNT(*) FROM sqlite_master)")) {
        boolean isOurs = tables.next() && tables.getInt(1) > 0;
        if (!isOurs && tables.getInt(2) > 0) {
          throw new UsageException(
              path()
                  + " is a database, but not one of this program. Set state.directory to another"
                  + " folder. Nothing was changed.");
        }
        if (!isOurs) {
          return Optional.empty();
        }
      }
      try (ResultSet row =
          statement.executeQuery(
              "SELECT MAX(CAST(version AS INTEGER)) FROM flyway_schema_history"
                  + " WHERE success = 1 AND version IS NOT NULL")) {
        return row.next() && row.getInt(1) > 0 ? Optional.of(row.getInt(1)) : Optional.empty();
      }
    } catch (SQLException e) {
      throw LedgerDamage.of(e).map(this::damaged).orElseGet(() -> unusable(e));
    }
  }

  /** A connection that cannot write. */
  Connection reading() throws SQLException {
    return SqliteDatabase.connect(
        "jdbc:sqlite:" + path() + "?open_mode=1&busy_timeout=30000&jdbc.get_generated_keys=false");
  }

  private UsageException unusable(SQLException e) {
    return new UsageException(
        "The ledger "
            + path()
            + " cannot be opened: "
            + Amounts.firstLine(e.getMessage())
            + ". Nothing was changed.");
  }

  /** Says what to do about a damaged ledger. */
  UsageException damaged(String how) {
    return new UsageException(LedgerDamage.words(path(), how, remedy()));
  }

  /** The same about the one that this process has open. */
  static String damagedWhileOpen(String how) {
    return OPEN.keySet().stream()
        .findFirst()
        .map(path -> new LedgerFile(new StateFolder(path.getParent())).damaged(how).getMessage())
        .orElse("The ledger is damaged: " + how + ". " + LedgerDamage.remedy(Optional.empty()));
  }

  private String remedy() {
    return LedgerDamage.remedy(LedgerCopy.newestBefore(state));
  }
}
