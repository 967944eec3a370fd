package dev.geminibatch.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Folders that are there as a rule. */
public final class Folders {
  private Folders() {}

  /**
   * Makes a folder, and those above it, unless it is there. It is looked for first: the library
   * tries to make it and takes the failure for the answer, which costs a stack trace each time.
   */
  public static void make(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(folder);
    }
  }
}
