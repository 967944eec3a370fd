package dev.geminibatch.io;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Which file it is, on every machine that sees it: what the file system knows it by, and a hash of
 * its beginning. The number of the device does not count, as each machine has its own. Another file
 * of the same name has another identity, and so has the same file when it has changed.
 *
 * @param text without spaces, to be written down
 */
public record FileIdentity(String text) {
  private static final int BEGINNING = 64 << 10;
  private static final String BETWEEN = "_";

  /**
   * Of what lies under a name now. It is opened for that: a shared folder may show what was there
   * seconds ago until a file is opened.
   *
   * @throws NotRegular when it is a link or anything else that is no file
   * @throws Changing when it changes meanwhile
   */
  public static FileIdentity of(Path file) throws IOException {
    try (RegularFile open = RegularFile.open(file)) {
      FileIdentity identity = of(open.state(), open.stream().readNBytes(BEGINNING));
      if (!open.isUnchanged()) {
        throw new Changing(file);
      }
      return identity;
    }
  }

  /** Somebody writes the file right now, or gives it another name. */
  public static final class Changing extends IOException {
    private static final long serialVersionUID = 1L;

    Changing(Path file) {
      super(file + " changes while it is read");
    }
  }

  /** Of a file that was read already, at least its beginning. */
  public static FileIdentity of(FileState state, byte[] content) {
    byte[] beginning = Arrays.copyOf(content, Math.min(content.length, BEGINNING));
    return new FileIdentity(outside(state) + Sha256.hex(beginning));
  }

  /** What is known of it without reading it. */
  private static String outside(FileState state) {
    return String.join(
        BETWEEN,
        number(state),
        Long.toString(state.size()),
        Long.toString(state.modified()),
        Long.toString(state.changed()),
        "");
  }

  /** The inode; empty where there is none, as on Windows. */
  private static String number(FileState state) {
    return state.inode().replaceAll("\\D", "");
  }

  /** Whether it is the file that lies under a name now; most others are not even opened. */
  public boolean isAt(Path file) throws IOException {
    try {
      return text.startsWith(outside(FileState.of(file))) && of(file).equals(this);
    } catch (NoSuchFileException | NotRegular e) {
      return false;
    }
  }

  /** Whether the file system has a number for it, which it keeps when it is moved. */
  public boolean isNumbered() {
    return !text.startsWith(BETWEEN);
  }

  /** Whether what lies under a name now is this file, moved there; a copy is another one. */
  public boolean wasMovedTo(Path file) throws IOException {
    try {
      return isNumbered() && text.startsWith(number(FileState.of(file)) + BETWEEN);
    } catch (NoSuchFileException e) {
      return false;
    }
  }
}
