package dev.geminibatch.batch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Finds a place for an input that is done with. */
final class PutAway {
  private PutAway() {}

  /**
   * Moves a run's input into a folder under its own name, or with the run's id in it if another
   * file has the name already.
   *
   * @return where it is now
   */
  static Path move(Path folder, Run run, Path input) throws IOException {
    Path target = target(folder, run, input);
    if (Files.exists(input)) {
      SafeFiles.move(input, target);
    }
    return target;
  }

  /** As {@link #move}, but the run keeps its input, too. Done twice, it is there once. */
  static void link(Path folder, Run run, Path input) throws IOException {
    Path target = target(folder, run, input);
    if (!Files.exists(target)) {
      SafeFiles.linkOrCopy(input, target);
    }
  }

  private static Path target(Path folder, Run run, Path input) throws IOException {
    Files.createDirectories(folder);
    Path target = folder.resolve(run.name());
    boolean taken = Files.exists(target) && !isSame(input, target);
    return taken ? folder.resolve(run.stem() + "." + run.id() + ".jsonl") : target;
  }

  private static boolean isSame(Path input, Path target) throws IOException {
    return Files.exists(input)
        && (Files.isSameFile(input, target)
            || Files.size(input) == Files.size(target)
                && Files.getLastModifiedTime(input).equals(Files.getLastModifiedTime(target)));
  }
}
