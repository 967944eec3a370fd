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
 * Ties a ledger on a server to the one state folder that has the files of its runs: both have the
 * same mark. With another folder, what is in progress would fail or be paid for again.
 */
final class LedgerTie {
  private final LedgerServer server;
  private final StateFolder state;

  LedgerTie(LedgerServer server, StateFolder state) {
    this.server = server;
    this.state = state;
  }

  /**
   * Makes sure of it; a new ledger is tied now.
   *
   * @throws UsageException if the ledger or the folder belongs to another one
   */
  void require(LedgerDatabase database) throws IOException {
    database
        .durable()
        .inTransaction(
            handle -> {
              Optional<String> theirs =
                  handle.createQuery("SELECT mark FROM tie").mapTo(String.class).findOne();
              Optional<String> ours = ours();
              if (theirs.isEmpty()) {
                requireNothingElse();
                String mark = ours.isPresent() ? ours.get() : write();
                handle.execute("INSERT INTO tie (one, mark) VALUES (1, ?)", mark);
              } else if (!theirs.equals(ours)) {
                throw new UsageException(
                    "The ledger "
                        + server
                        + " belongs to another state folder than "
                        + state.path()
                        + ". Several daemons on one ledger are not supported: set state.directory"
                        + " to the folder that it belongs to, or name a database of your own, or a"
                        + " schema with ?currentSchema=NAME, in ledger.url. Nothing was changed.");
              }
              return null;
            });
  }

  private Optional<String> ours() throws IOException {
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
  private void requireNothingElse() throws IOException {
    try (Stream<Path> runs = state.inRuns()) {
      if (hasFile() || runs.anyMatch(Folders::holdsAnything)) {
        throw new UsageException(
            "The ledger "
                + server
                + " is new, and "
                + state.path()
                + " has runs of another ledger, of which it would not know what is in progress and"
                + " what is paid for. Let the other ledger finish them, and set state.directory to a"
                + " new folder. Nothing was changed.");
      }
    }
  }

  private boolean hasFile() throws IOException {
    Path file = state.ledger().get(0);
    return Files.exists(file) && Files.size(file) > 0;
  }
}
