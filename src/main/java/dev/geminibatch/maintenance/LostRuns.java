package dev.geminibatch.maintenance;

import dev.geminibatch.io.Folders;
import dev.geminibatch.ledger.Housekeeping;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.run.StateFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Runs that a ledger has lost, when it was restored or damaged: their files are still there. */
public final class LostRuns {
  private LostRuns() {}

  /** The folders of runs that the ledger does not know and that hold something. */
  public static List<Path> folders(StateFolder state, Ledger ledger) throws IOException {
    Housekeeping known = ledger.housekeeping();
    try (Stream<Path> folders = state.inRuns()) {
      return folders
          .filter(folder -> !known.isKnown(folder.getFileName().toString()))
          .filter(Folders::holdsAnything)
          .sorted()
          .toList();
    }
  }
}
