package dev.geminibatch.io;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file that one thread reads while another one writes it. What was read counts only if the file
 * was never begun again meanwhile.
 */
public final class GrowingFile {
  /** Nobody is woken for less, and nothing is read before so much of it is there. */
  private static final long PIECE = 1 << 20;

  private final Path file;
  private long size;
  private boolean isOver;
  private boolean isWhole = true;

  public GrowingFile(Path file) {
    this.file = file;
  }

  public Path path() {
    return file;
  }

  /**
   * The file has so many bytes now. If it is begun again, its first size must be smaller than a
   * megabyte.
   */
  public synchronized void grown(long bytes) {
    boolean isLess = bytes < size;
    isWhole &= !isLess || size < PIECE;
    boolean isPiece = bytes / PIECE > size / PIECE;
    size = bytes;
    if (isPiece || isLess) {
      notifyAll();
    }
  }

  /** There is no more to come. */
  public synchronized void end() throws IOException {
    grown(Files.size(file));
    isOver = true;
    notifyAll();
  }

  /** What was read does not count. */
  public synchronized void giveUp() {
    isWhole = false;
    notifyAll();
  }

  /** Reads it from its beginning to its end, and waits for what is not there yet. */
  public InputStream open() throws IOException {
    await(0);
    return new Reading(Files.newInputStream(file));
  }

  /** How much there is behind a place; 0 at the end. */
  private synchronized long await(long place) throws IOException {
    while (isWhole && !isOver && size < place + PIECE) {
      try {
        wait();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("Stopped while " + file + " was read", e);
      }
    }
    if (!isWhole) {
      throw new IOException(file + " was begun again while it was read");
    }
    return size - place;
  }

  private final class Reading extends InputStream {
    private final InputStream in;
    private long place;

    Reading(InputStream in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int start, int length) throws IOException {
      long there = await(place);
      int read = in.read(bytes, start, (int) Math.min(length, there));
      if (read < 0 && there > 0) {
        giveUp(); // it was shortened a moment ago
        await(place);
      }
      place += Math.max(0, read);
      return there == 0 ? -1 : read;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
