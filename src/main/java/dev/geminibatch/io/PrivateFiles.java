package dev.geminibatch.io;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumSet;

/**
 * Files and folders that only their owner may read. Where the system has no such permissions
 * (Windows), everything counts as private and nothing is changed.
 */
public final class PrivateFiles {
  /** Belongs to the user of this process, where there is such a thing. */
  private static final Path PROCESS = Path.of("/proc/self");

  private PrivateFiles() {}

  /**
   * Whether others may read a file. The group of one that belongs to somebody else does not count:
   * what Kubernetes mounts is of the superuser, and for the group of the program.
   */
  public static boolean isReadableByOthers(Path file) {
    return FileMode.isKept(file) && FileMode.of(file).isReadableByOthers(!isOfSomebodyElse(file));
  }

  /** Unlike {@link #isOurs}, where nothing can be written. */
  private static boolean isOfSomebodyElse(Path file) {
    try {
      return Files.exists(PROCESS) && !Files.getOwner(PROCESS).equals(Files.getOwner(file));
    } catch (IOException e) {
      return false;
    }
  }

  /** Makes a folder that is private from its first moment, unless it is there already. */
  public static void createFolder(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      return;
    }
    Folders.make(folder.toAbsolutePath().getParent());
    try {
      Files.createDirectory(folder, FileMode.PRIVATE.forNewFolder(folder));
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(folder)) {
        throw e;
      } // else another process was faster
    }
  }

  /** Makes an empty file that is private from its first moment, unless it is there already. */
  public static void createFile(Path file) throws IOException {
    try {
      Files.createFile(file, FileMode.PRIVATE.forNew(file));
    } catch (FileAlreadyExistsException e) {
      // as it is
    }
  }

  /**
   * Begins a file in place of what is there, private from its first moment whatever the umask says.
   * A file that was there keeps its permissions.
   */
  public static OutputStream output(Path file) throws IOException {
    return Channels.newOutputStream(channel(file));
  }

  /**
   * The same, or the end of a file that is there.
   *
   * @param how {@code TRUNCATE_EXISTING} or {@code APPEND}
   */
  public static OutputStream output(Path file, StandardOpenOption how) throws IOException {
    return Channels.newOutputStream(open(file, how));
  }

  /** The same as a channel, in place of what is there. */
  public static FileChannel channel(Path file) throws IOException {
    return open(file, StandardOpenOption.TRUNCATE_EXISTING);
  }

  /** A file that is there to be locked; what is in it stays. */
  public static FileChannel lockable(Path file) throws IOException {
    return open(file, StandardOpenOption.WRITE);
  }

  private static FileChannel open(Path file, StandardOpenOption how) throws IOException {
    if (FileGuard.check() && how == StandardOpenOption.TRUNCATE_EXISTING) {
      Files.deleteIfExists(file); // who has it open writes into that one
    }
    return FileChannel.open(
        file,
        EnumSet.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, how),
        FileMode.PRIVATE.forNew(file));
  }

  /** Writes a text as a private file, in place of what is there. */
  public static void write(Path file, String text) throws IOException {
    try (OutputStream out = output(file)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  /**
   * Takes the permissions of everybody but the owner away. What belongs to somebody else stays as
   * it is, even if this process could change it.
   *
   * @return whether it is private now
   */
  public static boolean restrict(Path path) {
    if (FileMode.PRIVATE.isLimitOf(path)) {
      return true;
    }
    try {
      if (!isOurs(path)) {
        return false;
      }
      FileMode.PRIVATE.limit(path);
    } catch (IOException e) {
      return false;
    }
    return FileMode.PRIVATE.isLimitOf(path); // some disks ignore the change
  }

  /** Compares owners by a file of our own: a user's name says little inside a container. */
  private static boolean isOurs(Path path) throws IOException {
    Path folder = Files.isDirectory(path) ? path : path.toAbsolutePath().getParent();
    Path own = Files.createTempFile(folder, ".owner-", "");
    try {
      return Files.getOwner(own).equals(Files.getOwner(path));
    } finally {
      Files.deleteIfExists(own);
    }
  }
}
