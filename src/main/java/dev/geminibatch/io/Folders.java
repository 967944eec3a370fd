package dev.geminibatch.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Folders, most of which are there already. */
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

  /** Whether something is in a folder; not if it is none, or cannot be read. */
  public static boolean holdsAnything(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.findAny().isPresent();
    } catch (IOException e) {
      return false;
    }
  }

  /** A folder, or else what it would be made in: the nearest one above it that is there. */
  public static Path existing(Path folder) {
    Path there = folder.toAbsolutePath();
    while (!Files.exists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    return there;
  }
}
