package dev.geminibatch.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Files that appear whole or not at all. */
public final class AtomicFiles {
  private static final int HASH_DIGITS = 16;

  private AtomicFiles() {}

  /** The name under which a file is written before it appears. */
  public static Path aside(Path target, String runId) {
    return aside(target, target.getFileName().toString(), "." + runId + ".part");
  }

  /** A long name leaves no room for more, and nobody needs to read it before it is there. */
  private static Path aside(Path target, String name, String ending) {
    boolean fits = FileNames.bytes(name) + ending.length() < FileNames.SURE_BYTES;
    String shown = fits ? name : Sha256.hex(name).substring(0, HASH_DIGITS);
    return target.resolveSibling("." + shown + ending);
  }

  /** Forces a written file to the disk and gives it its name, replacing what was there. */
  public static void publish(Path written, Path target) throws IOException {
    force(written);
    rename(written, target);
    forceFolder(target.toAbsolutePath().getParent());
  }

  /**
   * Gives a file its name, replacing what was there. It may lose it again in a power failure, until
   * its folder is forced.
   */
  public static void rename(Path written, Path target) throws IOException {
    FileGuard.check();
    Files.move(
        written, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * Moves a file, across file systems if need be; the target appears whole. A power failure may
   * undo a move within a file system.
   *
   * @throws IOException also when somebody writes into the file while it is copied to another file
   *     system; then it stays where it is
   */
  public static void move(Path source, Path target) throws IOException {
    try {
      Files.move(source, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      moveByCopying(source, target);
    }
  }

  /** As {@link #move} across file systems. */
  public static void moveByCopying(Path source, Path target) throws IOException {
    try (RegularFile open = RegularFile.open(source)) {
      copyUnchanged(open, target);
    }
    Files.delete(source);
  }

  /**
   * Makes a second name for a file, or a copy where the disk cannot do that.
   *
   * @param reserve what a copy must leave free
   * @throws FileAlreadyExistsException when there is something under that name
   */
  public static void linkOrCopy(Path source, Path target, DiskReserve reserve) throws IOException {
    FileGuard.check();
    try {
      Files.createLink(target, source);
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (IOException | UnsupportedOperationException e) {
      if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
        throw new FileAlreadyExistsException(target.toString());
      }
      reserve.require(target.toAbsolutePath().getParent(), Files.size(source));
      copy(source, target);
    }
  }

  /**
   * Copies a file with its time; the target appears whole, and can be written to. Only who could
   * read the file can read the copy.
   *
   * @throws NotRegular when the source is a link or no file
   */
  public static void copy(Path source, Path target) throws IOException {
    try (RegularFile open = RegularFile.open(source)) {
      copy(open, target);
    }
  }

  /** As {@link #copy(Path, Path)}, of a file that is open already. */
  public static void copy(RegularFile source, Path target) throws IOException {
    publish(copyAside(source, target, source.mode()), target);
  }

  /**
   * As {@link #copy}, unless somebody writes into the file meanwhile.
   *
   * @throws IOException also when it was changed; then there is nothing new
   */
  public static void copyUnchanged(RegularFile source, Path target) throws IOException {
    Path part = copyAside(source, target, source.mode());
    if (!source.isUnchanged()) {
      Files.delete(part);
      throw new IOException(source.path() + " was changed while it was copied");
    }
    publish(part, target);
  }

  /**
   * As {@link #copy}, but for {@link #force}, which whoever calls this does later. After a power
   * failure before that the target may be shorter than it was.
   *
   * @param mode of the copy
   */
  public static void copyUnforced(RegularFile source, Path target, FileMode mode)
      throws IOException {
    Files.move(copyAside(source, target, mode), target, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Whoever may write into the folder may have put a link under the name that is known to him. */
  private static Path copyAside(RegularFile source, Path target, FileMode mode) throws IOException {
    Path part = aside(target, target.getFileName().toString(), ".part");
    Files.deleteIfExists(part);
    FileChannel from = source.fileChannel();
    try (FileChannel to = mode.openNew(part)) {
      long size = source.state().size();
      for (long at = 0; at < size; ) {
        long copied = from.transferTo(at, size - at, to);
        if (copied <= 0) {
          throw new IOException(source.path() + " became shorter while it was copied");
        }
        at += copied;
      }
    } catch (IOException e) {
      discard(part);
      throw e;
    }
    Files.setLastModifiedTime(part, FileTime.from(source.state().modified(), TimeUnit.NANOSECONDS));
    return part;
  }

  /**
   * Removes a file that is mostly not there: to look costs less than the exception that says so. A
   * link to nothing stays.
   */
  public static void deleteIfThere(Path file) throws IOException {
    if (Files.exists(file)) {
      FileGuard.check();
      Files.deleteIfExists(file);
    }
  }

  /**
   * Removes what this thread has begun to write, if it is there. It stays if another machine may be
   * writing a file of that name by now.
   */
  public static void discard(Path file) throws IOException {
    if (FileGuard.allows()) {
      Files.deleteIfExists(file);
    }
  }

  /** Removes a folder with everything in it, if it is there. */
  public static void removeTree(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> entries = Files.walk(folder)) {
      for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(entry);
      }
    }
  }

  /** Whether two files have the same size and time, as a copy has. */
  public static boolean looksTheSame(Path a, Path b) throws IOException {
    FileState one = FileState.of(a);
    FileState other = FileState.of(b);
    return one.isRegular()
        && other.isRegular()
        && one.size() == other.size()
        && one.modifiedMillis() == other.modifiedMillis();
  }

  /** Forces a file to the disk that others have written. */
  public static void force(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  /** Forces the names of the files in a folder to the disk. */
  public static void forceFolder(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // Not every system lets a folder be forced (Windows); the file itself is on disk.
    }
  }
}
