package dev.geminibatch.ledger;

import dev.geminibatch.run.StateFolder;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/** Opens the database of a state folder, while another process may move it to a server. */
final class LedgerInFolder {
  private LedgerInFolder() {}

  /** As {@link Ledger#open(StateFolder, java.time.Clock)} says. */
  static LedgerDatabase open(StateFolder state, Instant now) throws IOException {
    LedgerFile file = new LedgerFile(state);
    file.requireInCharge();
    try {
      return open(state, file, now);
    } catch (IOException | RuntimeException e) {
      file.requireInCharge(); // that it was moved meanwhile explains more
      throw e;
    }
  }

  private static LedgerDatabase open(StateFolder state, LedgerFile file, Instant now)
      throws IOException {
    Optional<Instant> complete = file.lostEnd();
    Optional<Integer> version = file.version();
    state.prepare();
    NativeSqlite.load(state);
    LedgerDatabase database = SqliteDatabase.open(file, version, now);
    try {
      complete.ifPresent(time -> Restoration.lost(database, time, now));
      file.requireInCharge();
      return database;
    } catch (RuntimeException e) {
      database.close();
      throw e;
    }
  }
}
