package dev.geminibatch.ledger;

import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.io.PrivateFiles;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.ledger.LedgerNotes.Note;
import dev.geminibatch.run.StateFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;

/**
 * Says in a state folder that its ledger is on a server, since it was moved there. Of two ledgers
 * that a move has left, this file decides which one counts: to write it ends a move to a server, to
 * remove it ends one back.
 *
 * @param state folder that it is in
 */
record MovedLedger(StateFolder state) {
  /** Whether the ledger is on a server. */
  boolean exists() {
    return Files.exists(state.ledgerMoved());
  }

  /** The URL of the server. */
  String url() throws IOException {
    return Files.readString(state.ledgerMoved()).strip();
  }

  /** From now on the one on the server counts. */
  void write(LedgerServer server) throws IOException {
    Path part = AtomicFiles.aside(state.ledgerMoved(), "copy");
    PrivateFiles.write(part, server.url() + "\n");
    AtomicFiles.publish(part, state.ledgerMoved());
  }

  /** From now on the one in the state folder counts. */
  void remove() throws IOException {
    Files.deleteIfExists(state.ledgerMoved());
    AtomicFiles.forceFolder(state.path());
  }

  /** Refuses to work with the one in the state folder. */
  UsageException refused() {
    String url;
    try {
      url = url();
    } catch (IOException e) {
      url = "a server";
    }
    return new UsageException(
        "The ledger of "
            + state.path()
            + " is on "
            + url
            + ". Set ledger.url to it, with ledger.user and ledger.password-file; from there,"
            + " --move-ledger sqlite moves it back. Nothing was changed.");
  }

  /**
   * Sets a ledger aside that does not count any more. It is marked as a copy: if somebody has to
   * restore it one day, the service is asked what was sent since ({@link Restoration}).
   */
  void setAside() throws IOException {
    Path ledger = new LedgerFile(state).path();
    if (!Files.exists(ledger)) {
      return;
    }
    if (Files.size(ledger) > 0) {
      NativeSqlite.load(state);
      markAsCopy(ledger);
    }
    AtomicFiles.rename(ledger, state.ledgerSetAside());
    AtomicFiles.forceFolder(state.path());
  }

  private static void markAsCopy(Path ledger) throws IOException {
    long written = Files.getLastModifiedTime(ledger).to(TimeUnit.MINUTES);
    // Its log is carried over into it, and removed.
    try (Connection connection =
        SqliteDatabase.connect("jdbc:sqlite:" + ledger + "?journal_mode=DELETE")) {
      Handle handle = Handle.of(connection);
      if (SqliteDatabase.noted(handle, Note.LACKS_SINCE) == 0) {
        SqliteDatabase.note(handle, Note.LACKS_SINCE, written);
      }
    } catch (SQLException | LedgerException e) {
      throw new IOException(ledger + " cannot be set aside: " + e.getMessage(), e);
    }
  }
}
