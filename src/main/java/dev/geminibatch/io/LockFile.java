package dev.geminibatch.io;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.util.Optional;

/** A lock that goes with the process that holds it, however that ends. */
public final class LockFile {
  private LockFile() {}

  /**
   * Takes the lock.
   *
   * @return the file, locked until it is closed; empty if somebody else has it
   */
  public static Optional<FileChannel> take(Path file) throws IOException {
    return takeFile(file).map(RandomAccessFile::getChannel);
  }

  /**
   * As {@link #take}, for a file that is written as well: an interrupt would close a channel, and
   * with it the lock.
   */
  public static Optional<RandomAccessFile> takeFile(Path file) throws IOException {
    PrivateFiles.createFile(file);
    RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw");
    boolean locked = false;
    try {
      locked = opened.getChannel().tryLock() != null;
      return locked ? Optional.of(opened) : Optional.empty();
    } catch (OverlappingFileLockException e) {
      return Optional.empty(); // another part of this process, as in tests
    } finally {
      if (!locked) {
        opened.close();
      }
    }
  }
}
