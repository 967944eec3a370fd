package dev.geminibatch.management;

import dev.geminibatch.io.PrivateFiles;
import dev.geminibatch.io.ThisProcess;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/** Whether the ledger and the folders can be written. */
final class StorageHealth implements Supplier<Health> {
  /** A full disk may take the first bytes of a file all the same. */
  private static final int BYTES = 8_192;

  private final Runnable ledger;
  private final String place;
  private final Path state;
  private final List<Path> outputs;

  /**
   * @param ledger writes something into it
   * @param place where it is
   * @param state the state folder
   * @param outputs the folders for what is delivered
   */
  StorageHealth(Runnable ledger, String place, Path state, List<Path> outputs) {
    this.ledger = ledger;
    this.place = place;
    this.state = state;
    this.outputs = outputs;
  }

  @Override
  public Health get() {
    try {
      ledger.run();
    } catch (RuntimeException e) {
      return Health.unwell("The ledger in " + place + " cannot be written: " + reason(e));
    }
    Path trial = state.resolve("health-" + ThisProcess.MARK);
    try {
      try (OutputStream out = PrivateFiles.output(trial)) {
        out.write(new byte[BYTES]);
      } finally {
        Files.deleteIfExists(trial);
      }
    } catch (IOException e) {
      return Health.unwell(state + " cannot be written: " + reason(e));
    }
    for (Path folder : outputs) {
      if (!Files.isDirectory(folder) || !Files.isWritable(folder)) {
        return Health.unwell(
            folder
                + (Files.isDirectory(folder)
                    ? " cannot be written; let the daemon's user write there"
                    : " is missing; make it again"));
      }
    }
    return Health.well("The ledger and the folders can be written");
  }

  private static String reason(Exception e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
  }
}
