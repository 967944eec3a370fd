package dev.geminibatch.stage.clean;

import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.ledger.Housekeeping;
import dev.geminibatch.run.InputArchive;
import dev.geminibatch.run.InputFile;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.stage.StageContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
  private final Housekeeping housekeeping;
  private final Leftovers leftovers;

  public Retention(StageContext context) {
    this.context = context;
    this.housekeeping = context.ledger().housekeeping();
    this.leftovers = new Leftovers(context);
  }

  /** Removes everything that is older than {@code history.keep}. */
  public void clean() throws IOException {
    Instant now = context.clock().instant();
    Instant before = now.minus(context.settings().jobs().keep());
    removeRuns(before);
    context.ledger().uploads().forgetDeadBefore(before);
    housekeeping.forgetUnused(before);
    leftovers.remove(before, now);
    if (context.ledger().restoration().forgetIfOver()) {
      LOG.info("Every run of the copy that the ledger was restored from is finished");
    }
  }

  /** Their files go first: what a killed process leaves is then found again. */
  private void removeRuns(Instant before) {
    long removed = 0;
    int failed = 0;
    List<Run> runs;
    do {
      runs = housekeeping.finishedBefore(before, failed, AT_ONCE);
      List<String> gone = new ArrayList<>();
      for (Run run : runs) {
        try {
          removeFiles(run);
          gone.add(run.id());
        } catch (IOException e) {
          failed++;
          LOG.warn(
              "The files of run {} cannot be removed, will try again: {}", run.id(), e.toString());
        }
      }
      housekeeping.forget(gone);
      removed += gone.size();
    } while (runs.size() == AT_ONCE);
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
        Files.deleteIfExists(archived.get()); // another member may be at it as well
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
}
