package dev.geminibatch.stage.clean;

import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.run.StateFolder;
import dev.geminibatch.stage.LostInputs;
import dev.geminibatch.stage.StageContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What processes that were killed have left in the state folder, and nobody asks for any more. */
final class Leftovers {
  private static final Logger LOG = LoggerFactory.getLogger("retention");

  private static final Pattern ANY = Pattern.compile(".*", Pattern.DOTALL);
  private static final Pattern PART = Pattern.compile("\\..*\\.part");

  /**
   * A copy of the ledger or an input, and what is written to see whether one can, or whose it is.
   */
  private static final Pattern TRIAL =
      Pattern.compile("\\..*\\.copy(\\.part)?|\\.owner-.*|health-\\w+");

  /** What is written aside gets its name sooner than that, or never. */
  private static final Duration WRITTEN_ASIDE = Duration.ofDays(1);

  /** Looking through the folders of a million runs takes some seconds. */
  private static final Duration FOLDERS = Duration.ofDays(1);

  private final StateFolder state;
  private final Ledger ledger;
  private final LostInputs lost;
  private Instant nextFolders = Instant.MIN;

  Leftovers(StageContext context) {
    this.state = context.state();
    this.ledger = context.ledger();
    this.lost = new LostInputs(context);
  }

  /**
   * Removes them.
   *
   * @param before what was changed since then stays
   */
  void remove(Instant before, Instant now) throws IOException {
    removeFiles(state.remoteMedia(), ANY, before);
    Instant yesterday = now.minus(WRITTEN_ASIDE);
    removeFiles(state.remoteMedia(), PART, yesterday);
    removeFiles(state.path(), TRIAL, yesterday);
    for (Path copy : ledger.copiesBeforeUpgrades()) {
      if (isOlder(copy, before)) {
        Files.deleteIfExists(copy);
        LOG.info("{} is removed: the upgrade was before {} (history.keep)", copy, before);
      }
    }
    if (!now.isBefore(nextFolders)) {
      removeRunFolders(before);
      nextFolders = now.plus(FOLDERS);
    }
  }

  /**
   * The ledger has a run before there is a folder, so a folder without one is what was left of it;
   * but a ledger that lacks something may lack its run, and then the only copy of an input is
   * there.
   */
  private void removeRunFolders(Instant before) throws IOException {
    if (ledger.restoration().inWords().isPresent()) {
      return;
    }
    try (Stream<Path> folders = state.inRuns()) {
      for (Path folder : (Iterable<Path>) folders::iterator) {
        String id = folder.getFileName().toString();
        if (isOlder(folder, before)
            && Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
            && !ledger.housekeeping().isKnown(id)) {
          lost.save(id);
          state.run(id).remove();
          LOG.info("The files of run {}, which is no longer in the ledger, are removed", id);
        }
      }
    }
  }

  private static void removeFiles(Path folder, Pattern names, Instant before) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        boolean isMeant = names.matcher(file.getFileName().toString()).matches();
        if (isMeant && Files.isRegularFile(file) && isOlder(file, before)) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  private static boolean isOlder(Path file, Instant before) throws IOException {
    try {
      return Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS)
          .toInstant()
          .isBefore(before);
    } catch (NoSuchFileException e) {
      return false; // somebody else has removed it
    }
  }
}
