package dev.geminibatch.run;

import dev.geminibatch.io.AtomicFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Where inputs lie that are done with: the archive, or the failed folder with an explanation. */
public final class InputArchive {
  private InputArchive() {}

  /**
   * Puts a run's input into a folder under its own name, or with the run's id in it if another file
   * has the name already, and the settings for it beside it. The run keeps its input; done twice,
   * the file is there once.
   *
   * @return where it is
   */
  public static Path link(Path folder, Run run, RunFolder runFolder) throws IOException {
    Path input = runFolder.received(run);
    Files.createDirectories(folder);
    Path target = folder.resolve(run.name());
    if (Files.exists(target) && !isSame(input, target)) {
      target = folder.resolve(nameWithId(run));
    }
    if (!Files.exists(target)) {
      AtomicFiles.linkOrCopy(input, target);
    }
    Path overrides = InputFile.settingsBeside(target);
    if (Files.exists(runFolder.overrides()) && !Files.exists(overrides)) {
      AtomicFiles.linkOrCopy(runFolder.overrides(), overrides);
    }
    return target;
  }

  /** Where {@link #link} has put a run's input, if it is there still. */
  public static Optional<Path> find(Path folder, Run run, Path input) throws IOException {
    for (String name : List.of(run.name(), nameWithId(run))) {
      Path file = folder.resolve(name);
      if (Files.exists(file) && isSame(input, file)) {
        return Optional.of(file);
      }
    }
    return Optional.empty();
  }

  private static String nameWithId(Run run) {
    return run.stem() + "." + run.id() + run.ending();
  }

  private static boolean isSame(Path input, Path target) throws IOException {
    return Files.isSameFile(input, target) || Files.mismatch(input, target) < 0;
  }

  /** The file that explains why a file in the failed folder is there. */
  public static Path explanationOf(Path failed) {
    return failed.resolveSibling(failed.getFileName() + ".why.txt");
  }
}
