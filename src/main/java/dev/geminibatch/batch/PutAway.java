package dev.geminibatch.batch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Finds a place for an input that is done with. */
final class PutAway {
  private PutAway() {}

  /**
   * Puts a file into a folder under its own name, or with the run's id in it if another file has
   * the name already.
   *
   * @return where it is now
   */
  static Path into(Path folder, Run run, Path file) throws IOException {
    Files.createDirectories(folder);
    Path target = folder.resolve(run.name());
    if (Files.exists(target)) {
      target = folder.resolve(run.stem() + "." + run.id() + ".jsonl");
    }
    if (Files.exists(file)) {
      SafeFiles.move(file, target);
    }
    return target;
  }
}
