package dev.geminibatch.io;

import java.io.IOException;
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
    FileChannel channel = PrivateFiles.lockable(file);
    boolean locked = false;
    try {
      locked = channel.tryLock() != null;
      return locked ? Optional.of(channel) : Optional.empty();
    } catch (OverlappingFileLockException e) {
      return Optional.empty(); // another part of this process, as in tests
    } finally {
      if (!locked) {
        channel.close();
      }
    }
  }
}
