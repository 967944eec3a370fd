package dev.geminibatch.stage.clean;

import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.run.InputArchive;
import dev.geminibatch.run.InputFile;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.stage.StageContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes what is kept of runs that were finished long ago: their entries in the ledger, their
 * folders, their inputs in the archive, and files that were fetched for them. What was delivered
 * and what failed is never touched: it belongs to whoever reads it.
 */
public final class Retention {
  private static final Logger LOG = LoggerFactory.getLogger("retention");

  /** So many runs are removed before others get their turn at the ledger. */
  private static final int AT_ONCE = 100;

  private final StageContext context;

  public Retention(StageContext context) {
    this.context = context;
  }

  /** Removes everything that is older than {@code history.keep}. */
  public void clean() throws IOException {
    Instant before = context.clock().instant().minus(context.settings().jobs().keep());
    long removed = 0;
    List<Run> runs;
    do {
      runs = context.ledger().runs().removeFinishedBefore(before, AT_ONCE);
      for (Run run : runs) {
        removeFiles(run);
      }
      removed += runs.size();
    } while (runs.size() == AT_ONCE);
    context.ledger().uploads().forgetDeadBefore(before);
    removeOlder(context.state().remoteMedia(), before);
    if (removed > 0) {
      LOG.info(
          "{} runs that were finished before {} are forgotten (history.keep)", removed, before);
    }
  }

  private void removeFiles(Run run) throws IOException {
    RunFolder folder = context.folder(run);
    if (run.fromInbox() && Files.exists(folder.received(run))) {
      Optional<Path> archived =
          InputArchive.find(context.folders(run).archive(), run, folder.received(run));
      if (archived.isPresent()) {
        Files.delete(archived.get());
        InputFile.removeSettingsBeside(archived.get());
      }
      Path archive = context.folders(run).archive();
      if (Files.isDirectory(archive)) {
        Files.deleteIfExists(InputArchive.original(archive, run));
      }
    }
    if (run.source().startsWith(context.state().gathered())) {
      AtomicFiles.removeTree(context.folders(run).archive().resolve(run.stem()));
    }
    folder.remove();
  }

  /** Files that were fetched from the network. */
  private static void removeOlder(Path folder, Instant before) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        if (Files.isRegularFile(file)
            && Files.getLastModifiedTime(file).toInstant().isBefore(before)) {
          Files.deleteIfExists(file);
        }
      }
    }
  }
}
