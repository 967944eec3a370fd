package dev.geminibatch.io;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Which file names this process can express. On Unix Java reads and writes them in the encoding of
 * the locale that the process was started in, and that cannot be changed afterwards: in the locale
 * {@code C} there are no names but those of ASCII.
 */
public final class NameEncoding {
  private static final String LETTERS = "é\u05d0\u4e2d";

  private NameEncoding() {}

  /** What to do about a locale that cannot express every name; empty if it can. */
  public static Optional<String> remedy() {
    return canExpress(LETTERS)
        ? Optional.empty()
        : Optional.of(
            "this process was started in a locale (encoding "
                + System.getProperty("sun.jnu.encoding")
                + ") in which it cannot name files with letters beyond ASCII; start it with"
                + " LC_ALL=C.UTF-8 in the environment");
  }

  /** Whether a file of this name can be named. */
  private static boolean canExpress(String name) {
    try {
      return Path.of(name).toString().equals(name);
    } catch (InvalidPathException e) {
      return false;
    }
  }

  /** Whether the name of a file that is there can be read, so that it leads to the file again. */
  public static boolean canRead(Path file) {
    Path name = file.getFileName();
    try {
      return name == null || Path.of(name.toString()).equals(name);
    } catch (InvalidPathException e) {
      return false;
    }
  }
}
