package dev.geminibatch.ledger;

import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.io.Folders;
import dev.geminibatch.io.PrivateFiles;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.run.StateFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * Ties a ledger on a server to the state folders that have the files of its runs: each has a mark,
 * which the ledger knows. With another ledger, what is in progress in a folder would fail or be
 * paid for again.
 */
final class LedgerTie {
  private final LedgerServer server;
  private final StateFolder state;

  LedgerTie(LedgerServer server, StateFolder state) {
    this.server = server;
    this.state = state;
  }

  /**
   * Makes sure of it; a folder without runs is tied now. A move that has ended but for the last
   * step is brought to its end.
   *
   * @return the mark of the folder
   * @throws UsageException if the folder has runs of another ledger, or that on the server was
   *     moved
   */
  String require(LedgerDatabase database) throws IOException {
    return database
        .durable()
        .inTransaction(
            handle -> {
              Optional<String> ours = ours();
              if (requireInCharge(handle, ours)) {
                new MovedLedger(state).setAside();
                Suspension.end(handle);
              }
              Optional<String> known = known(handle, ours);
              if (known.isPresent()) {
                return known.get();
              }
              String mark = mark();
              handle.execute("INSERT INTO state_folder (mark) VALUES (?)", mark);
              return mark;
            });
  }

  /**
   * As {@link #require}, but changes nothing.
   *
   * @return the mark of the folder; empty if the ledger does not know it
   */
  Optional<String> look(Handle handle) throws IOException {
    Optional<String> ours = ours();
    requireInCharge(handle, ours);
    return known(handle, ours);
  }

  /**
   * Makes sure that the ledger on the server counts.
   *
   * @return whether a move to it has ended but for the last step
   * @throws UsageException if a move has not ended, or the ledger was moved away
   */
  private boolean requireInCharge(Handle handle, Optional<String> ours) {
    Optional<Suspension> suspension = Suspension.of(handle);
    if (suspension.isPresent()
        && (!ours.equals(suspension.map(Suspension::mark)) || !new MovedLedger(state).exists())) {
      throw suspension.get().refused(server);
    }
    return suspension.isPresent();
  }

  /** The mark of the folder, if the ledger knows it; if not, there must be no other runs in it. */
  private Optional<String> known(Handle handle, Optional<String> ours) throws IOException {
    Optional<String> known = ours.filter(mark -> isKnown(handle, mark));
    if (known.isEmpty()) {
      requireNothingElse();
    }
    return known;
  }

  private static boolean isKnown(Handle handle, String mark) {
    return handle
        .createQuery("SELECT mark FROM state_folder WHERE mark = :mark")
        .bind("mark", mark)
        .mapTo(String.class)
        .findOne()
        .isPresent();
  }

  /** The mark of the folder, which gets one if it has none. */
  String mark() throws IOException {
    Optional<String> ours = ours();
    return ours.isPresent() ? ours.get() : write();
  }

  /** The mark of the folder, if it has one. */
  Optional<String> ours() throws IOException {
    return markOf(state);
  }

  static Optional<String> markOf(StateFolder state) throws IOException {
    return Files.exists(state.ledgerMark())
        ? Optional.of(Files.readString(state.ledgerMark()).strip())
        : Optional.empty();
  }

  private String write() throws IOException {
    String mark = HexFormat.of().toHexDigits(new SplittableRandom().nextLong());
    Path part = AtomicFiles.aside(state.ledgerMark(), mark);
    PrivateFiles.write(part, mark + "\n");
    AtomicFiles.publish(part, state.ledgerMark());
    return mark;
  }

  /** To begin with an empty ledger beside runs would be to pay for them once more. */
  void requireNothingElse() throws IOException {
    try (Stream<Path> runs = state.inRuns()) {
      if (hasFile() || runs.anyMatch(Folders::holdsAnything)) {
        throw new UsageException(
            "The ledger "
                + server
                + " does not know "
                + state.path()
                + ", which has runs of another ledger: what is in progress there, and what is paid"
                + " for, is not in it. "
                + remedy()
                + ", or set state.directory to a new folder. Nothing was changed.");
      }
    }
  }

  private String remedy() throws IOException {
    MovedLedger moved = new MovedLedger(state);
    return moved.exists()
        ? "Set ledger.url to " + moved.url() + ", where that ledger is"
        : "Move the ledger there with --move-ledger " + server;
  }

  private boolean hasFile() throws IOException {
    Path file = state.ledger().get(0);
    return Files.exists(file) && Files.size(file) > 0;
  }
}
