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
 * @param why in brackets, for whoever wonders
 */
public record DiskReserve(long bytes, String why) {
  /** What no download may take, whatever is set: the ledger has to be written all the same. */
  public static final DiskReserve FOR_THE_LEDGER = new DiskReserve(64L << 20, "for the ledger");

  private static final int SHARE = 20;

  /** As {@code disk.keep-free} says. */
  public DiskReserve(long bytes) {
    this(bytes, "disk.keep-free");
  }

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
    require(folder, more, disk.getTotalSpace(), disk.getUsableSpace());
  }

  /** How much of a disk of a size is kept free, in bytes. */
  public long kept(long total) {
    return Math.min(bytes, total / SHARE);
  }

  /**
   * The same on a disk of a size.
   *
   * @param total 0 on file systems that do not know: what does not fit shows when it is written
   */
  void require(Path folder, long more, long total, long free) throws NoRoom {
    if (total == 0) {
      return;
    }
    long kept = kept(total);
    if (free - more < kept) {
      throw new NoRoom(
          "The disk of "
              + folder
              + " has "
              + Amounts.size(free)
              + " free, which is too little"
              + (more == 0 ? "" : " for " + Amounts.size(more) + " more")
              + ": "
              + Amounts.size(kept)
              + " are kept free ("
              + why
              + "). Make room; it is tried again by itself, and"
              + " nothing is lost");
    }
  }
}
