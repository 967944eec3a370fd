package dev.geminibatch.io;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Keeps a part of each disk free, so that neither this program nor its neighbours come to a stop
 * because of one large input.
 *
 * @param bytes to keep free, but never more than a twentieth of the disk; 0 for nothing
 */
public record DiskReserve(long bytes) {
  /** What no download may take, whatever is set: the ledger has to be written all the same. */
  public static final DiskReserve FOR_THE_LEDGER = new DiskReserve(64L << 20);

  private static final int SHARE = 20;

  /** There would be less room left than is kept free. */
  public static final class NoRoom extends IOException {
    private static final long serialVersionUID = 1L;

    NoRoom(String message) {
      super(message);
    }
  }

  /**
   * Checks that there is room for more.
   *
   * @param folder that is about to be written to
   * @param more how many bytes will be written
   * @throws NoRoom when they would take what is kept free
   */
  public void require(Path folder, long more) throws IOException {
    if (bytes == 0) {
      return;
    }
    FileStore disk = Files.getFileStore(folder);
    long kept = Math.min(bytes, disk.getTotalSpace() / SHARE);
    long free = disk.getUsableSpace();
    if (free - more < kept) {
      throw new NoRoom(
          "The disk of "
              + folder
              + " has "
              + Amounts.size(free)
              + " free, which is too little for "
              + Amounts.size(more)
              + " more: "
              + Amounts.size(kept)
              + " are kept free (disk.keep-free). Make room; it is tried again by itself, and"
              + " nothing is lost");
    }
  }
}
