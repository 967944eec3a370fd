package dev.geminibatch.management;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Whether the daemon may write to its {@code log.file}, without making it. */
public final class LogFileCheck {
  private static final String NAME = "log.file";

  private final Path file;

  public LogFileCheck(Path file) {
    this.file = file.toAbsolutePath().normalize();
  }

  public Check check() {
    return new Check(NAME, "See whether its disk answers.", () -> List.of(finding()));
  }

  private Finding finding() {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      return Finding.problem(NAME, file + " is not a file", "Set log.file to the name of one.");
    }
    if (Files.exists(file) && !Files.isWritable(file)) {
      return unwritable(file);
    }
    Path folder = file.getParent();
    while (!Files.exists(folder) && folder.getParent() != null) {
      folder = folder.getParent();
    }
    return Files.isDirectory(folder) && Files.isWritable(folder)
        ? Finding.ok(NAME, file.toString())
        : unwritable(folder);
  }

  private Finding unwritable(Path there) {
    return Finding.problem(
        NAME,
        file + " cannot be written: this user may not write to " + there,
        "Let this user write there, or set log.file to a file in another folder.");
  }
}
