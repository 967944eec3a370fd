package dev.geminibatch.ledger;

import dev.geminibatch.io.PrivateFiles;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * SQLite's log beside a database, as it is found. SQLite ignores without a word what follows the
 * first frame that is damaged, and everything that it has lost at its end: the database is then
 * whole and older than it was. See sqlite.org/fileformat2.html, "The Write-Ahead Log" and
 * "WAL-index".
 *
 * @param log the file {@code -wal}
 * @param index the file {@code -shm}, in which a process that was killed has left how long the log
 *     is
 */
record LedgerLog(Path log, Path index) {
  private static final int HEADER = 32;
  private static final int FRAME_HEADER = 24;
  private static final int SALTS = 16;
  private static final int SALT_BYTES = 8;
  private static final int MAGIC = 0x377f0682;
  private static final int SMALLEST_PAGE = 512;
  private static final int LARGEST_PAGE = 65_536;

  private static final int INDEX_HEADER = 48;
  private static final int INDEX_LENGTH = 16;
  private static final int INDEX_SALTS = 32;

  /**
   * What the index says.
   *
   * @param frames written in all
   * @param copied those of them that are in the database as well
   */
  private record Promise(byte[] salts, long frames, long copied) {}

  /**
   * Whether there were frames that SQLite will not find. Another process may be writing to the log
   * meanwhile.
   */
  boolean hasLost() throws IOException {
    // Read before the log, which only becomes longer.
    Promise promise = promise();
    if (!Files.exists(log) || Files.size(log) == 0) {
      return promise.frames() > promise.copied();
    }
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(log), 1 << 16))) {
      return hasLost(in, promise);
    }
  }

  private static boolean hasLost(DataInputStream in, Promise promise) throws IOException {
    byte[] header = new byte[HEADER];
    if (in.readNBytes(header, 0, HEADER) < HEADER) {
      return promise.frames() > 0;
    }
    ByteBuffer numbers = ByteBuffer.wrap(header);
    byte[] salts = Arrays.copyOfRange(header, SALTS, SALTS + SALT_BYTES);
    int pageSize = numbers.getInt(8);
    Checksum checksum =
        new Checksum((numbers.getInt(0) & 1) == 0 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    checksum.add(header, 0, FRAME_HEADER);
    boolean isKnown =
        (numbers.getInt(0) | 1) == (MAGIC | 1)
            && pageSize >= SMALLEST_PAGE
            && pageSize <= LARGEST_PAGE
            && checksum.is(numbers.getInt(FRAME_HEADER), numbers.getInt(FRAME_HEADER + 4));
    if (!isKnown) {
      return in.read() >= 0; // without a header no frame counts
    }
    long valid = 0;
    byte[] frame = new byte[FRAME_HEADER + pageSize];
    while (read(in, frame) && Arrays.equals(frame, 8, 16, salts, 0, SALT_BYTES)) {
      checksum.add(frame, 0, 8);
      checksum.add(frame, FRAME_HEADER, pageSize);
      ByteBuffer sums = ByteBuffer.wrap(frame);
      if (!checksum.is(sums.getInt(16), sums.getInt(20))) {
        break;
      }
      valid++;
    }
    if (Arrays.equals(salts, promise.salts())) {
      return valid < promise.frames();
    }
    return isFollowed(in, frame, salts);
  }

  /**
   * Without an index that fits, only frames that come after a damaged one say that there were any.
   */
  private static boolean isFollowed(DataInputStream in, byte[] frame, byte[] salts)
      throws IOException {
    while (read(in, frame)) {
      if (Arrays.equals(frame, 8, 16, salts, 0, SALT_BYTES)) {
        return true;
      }
    }
    return false;
  }

  private static boolean read(DataInputStream in, byte[] frame) throws IOException {
    try {
      in.readFully(frame);
      return true;
    } catch (EOFException e) {
      return false;
    }
  }

  /** What the index says; nothing if it says nothing that fits any log. */
  private Promise promise() throws IOException {
    byte[] header = new byte[2 * INDEX_HEADER + 4];
    if (Files.exists(index)) {
      try (InputStream in = Files.newInputStream(index)) {
        boolean isWhole = in.readNBytes(header, 0, header.length) == header.length;
        boolean isOfOneMoment =
            Arrays.equals(header, 0, INDEX_HEADER, header, INDEX_HEADER, 2 * INDEX_HEADER);
        if (isWhole && isOfOneMoment) {
          ByteBuffer numbers = ByteBuffer.wrap(header).order(ByteOrder.nativeOrder());
          return new Promise(
              Arrays.copyOfRange(header, INDEX_SALTS, INDEX_SALTS + SALT_BYTES),
              numbers.getInt(INDEX_LENGTH) & 0xffffffffL,
              numbers.getInt(2 * INDEX_HEADER) & 0xffffffffL);
        }
      }
    }
    return new Promise(new byte[0], 0, 0);
  }

  /** Keeps a copy beside it, for somebody who wants to know what was in it; only the last one. */
  void keep() throws IOException {
    if (!Files.exists(log)) {
      return;
    }
    try (InputStream in = Files.newInputStream(log);
        OutputStream out =
            PrivateFiles.output(log.resolveSibling(log.getFileName() + ".damaged"))) {
      in.transferTo(out);
    }
  }

  /** The checksum of a log, over all that was added. */
  private static final class Checksum {
    private final ByteOrder order;
    private int first;
    private int second;

    Checksum(ByteOrder order) {
      this.order = order;
    }

    void add(byte[] bytes, int from, int length) {
      ByteBuffer words = ByteBuffer.wrap(bytes, from, length).order(order);
      while (words.remaining() >= 8) {
        first += words.getInt() + second;
        second += words.getInt() + first;
      }
    }

    boolean is(int one, int other) {
      return first == one && second == other;
    }
  }
}
