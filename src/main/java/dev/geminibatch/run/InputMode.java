package dev.geminibatch.run;

import dev.geminibatch.io.FileMode;
import dev.geminibatch.io.PrivateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Who could read an input before it was taken. Results hold its prompts and their answers, so they
 * are no wider. It is written down, because the file in the state folder may be made private.
 */
public final class InputMode {
  private InputMode() {}

  /** Writes down that of a source which is about to be taken. */
  public static void remember(RunFolder folder, Path source) throws IOException {
    PrivateFiles.write(folder.inputMode(), FileMode.of(source).written());
  }

  /** That of a run; of a run that an earlier version took, that of its file. */
  public static FileMode of(RunFolder folder, Run run) throws IOException {
    return Files.exists(folder.inputMode())
        ? FileMode.parse(Files.readString(folder.inputMode()))
        : FileMode.of(folder.received(run));
  }
}
