package dev.geminibatch.io;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/** A share of a disk that no download may take: the ledger has to be written all the same. */
public final class DiskReserve {
  private static final long MOST_BYTES = 64L << 20;

  private DiskReserve() {}

  /**
   * Checks that there is room.
   *
   * @param file that exists and is about to grow
   * @throws IOException as if the disk were full ({@link FullDisk#isMeant})
   */
  public static void check(Path file) throws IOException {
    FileStore disk = Files.getFileStore(file);
    if (disk.getUsableSpace() < Math.min(MOST_BYTES, disk.getTotalSpace() / 100)) {
      throw new IOException("No space left on the disk of " + file + " but what is kept free");
    }
  }
}
