package dev.geminibatch.stage.pack;

import dev.geminibatch.ledger.Packs;
import dev.geminibatch.run.PackFolder;
import dev.geminibatch.stage.StageContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/** Removes what is on disk of packs as soon as nobody needs it. */
final class PackFolders {
  private static final Duration INTERVAL = Duration.ofMinutes(1);

  /** Another process may be writing one of which the ledger does not know yet. */
  private static final Duration WRITTEN = Duration.ofHours(1);

  private final StageContext context;
  private final Packs packs;
  private Instant next = Instant.MIN;

  PackFolders(StageContext context) {
    this.context = context;
    this.packs = context.ledger().packs();
  }

  /** Cleans now and then; never while a pack is written. */
  void clean() throws IOException {
    if (!isDue()) {
      return;
    }
    Instant now = context.clock().instant();
    next = now.plus(INTERVAL);
    List<Path> folders;
    try (Stream<Path> found = Files.list(context.state().packs())) {
      folders = found.toList();
    }
    for (Path each : folders) {
      clean(new PackFolder(each));
    }
  }

  /** Whether it is time to. */
  boolean isDue() {
    return !context.clock().instant().isBefore(next) && Files.isDirectory(context.state().packs());
  }

  private void clean(PackFolder folder) throws IOException {
    if (!packs.isKnown(folder.id())) {
      Instant written = Files.getLastModifiedTime(folder.path()).toInstant();
      if (written.plus(WRITTEN).isAfter(context.clock().instant())) {
        return;
      }
      folder.remove(); // its process was killed, it was dissolved, or its last run is forgotten
    } else if (Files.exists(folder.body()) && packs.isCollected(folder.id())) {
      Files.deleteIfExists(folder.answers());
      Files.deleteIfExists(folder.body());
    }
  }
}
