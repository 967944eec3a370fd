package dev.geminibatch.maintenance;

import dev.geminibatch.ledger.Housekeeping;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.run.StateFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Runs that a ledger has lost, when it was restored or damaged: their files are still there. */
public final class LostRuns {
  private LostRuns() {}

  /** The folders of runs that the ledger does not know and that hold something. */
  public static List<Path> folders(StateFolder state, Ledger ledger) throws IOException {
    Path runs = state.path().resolve("runs");
    if (!Files.isDirectory(runs)) {
      return List.of();
    }
    Housekeeping known = ledger.housekeeping();
    List<Path> lost = new ArrayList<>();
    try (Stream<Path> folders = Files.list(runs)) {
      for (Path folder : (Iterable<Path>) folders.sorted()::iterator) {
        if (!known.isKnown(folder.getFileName().toString()) && hasFiles(folder)) {
          lost.add(folder);
        }
      }
    }
    return lost;
  }

  private static boolean hasFiles(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return false;
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.findAny().isPresent();
    }
  }
}
