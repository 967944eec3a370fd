package dev.geminibatch.run;

import java.io.IOException;
import java.nio.file.Files;

/**
 * Notices an input that was changed behind our back: a program that still had the dropped file open
 * would move the lines under our feet.
 */
public final class InputGuard {
  private InputGuard() {}

  public static void check(Run run, RunFolder folder) throws IOException {
    boolean same =
        Files.size(folder.received(run)) == run.input().size()
            && Files.getLastModifiedTime(folder.received(run)).toMillis() == run.input().modified();
    if (!same) {
      throw new RunFailure(
          "The input was changed while it was being worked on; run it again as it is now.");
    }
  }
}
