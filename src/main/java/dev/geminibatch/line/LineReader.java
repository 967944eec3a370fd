package dev.geminibatch.line;

import dev.geminibatch.io.GrowingFile;
import dev.geminibatch.io.TextEncoding;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * Reads the lines of a file as bytes, in constant memory.
 *
 * <p>A byte order mark and carriage returns before a line end are left out, blank lines are skipped
 * (and counted), the last line needs no line end. Bytes are never decoded here, so a line that is
 * not UTF-8 spoils only itself. A line over the limit is passed over; only its first bytes are
 * kept.
 */
public final class LineReader implements Iterator<Line>, Closeable {
  /** The longest line that may be allowed; one array has to hold it. */
  public static final int MAX_LINE_BYTES = 1 << 30;

  private static final int MOST_BUFFER_BYTES = 256 * 1024;

  /** How much of an oversized line is kept, enough to show which one it is. */
  private static final int KEPT_OF_OVERSIZED = 1024;

  private final Path file;
  private final InputStream in;
  private final MessageDigest digest;
  private final int maxLineBytes;
  private final byte[] buffer;
  private int position;
  private int limit;
  private long bufferOffset;
  private long number;
  private Line next;
  private boolean finished;

  private LineReader(Path file, InputStream in, long most, int maxLineBytes, MessageDigest digest) {
    this.file = file;
    this.in = in;
    // Of ten thousand files most are small, and a large buffer for each would cost more than they.
    this.buffer = new byte[(int) Math.min(MOST_BUFFER_BYTES, most + 1)];
    this.maxLineBytes = maxLineBytes;
    this.digest = digest;
  }

  /** Opens a file; lines of more than {@code maxLineBytes} are marked as too long. */
  public static LineReader open(Path file, int maxLineBytes) throws IOException {
    return digesting(file, maxLineBytes, null);
  }

  /** As {@link #open(Path, int)}, of a file that is still written. */
  public static LineReader open(GrowingFile file, int maxLineBytes) throws IOException {
    return new LineReader(file.path(), file.open(), MOST_BUFFER_BYTES, maxLineBytes, null);
  }

  /** As {@link #open(Path, int)}, and every byte of the file goes through the digest on its way. */
  public static LineReader digesting(Path file, int maxLineBytes, MessageDigest digest)
      throws IOException {
    return new LineReader(file, Files.newInputStream(file), Files.size(file), maxLineBytes, digest);
  }

  @Override
  public boolean hasNext() {
    if (next == null && !finished) {
      try {
        next = read();
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot read line " + (number + 1), e);
      }
      finished = next == null;
    }
    return next != null;
  }

  @Override
  public Line next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    Line line = next;
    next = null;
    return line;
  }

  @Override
  public void close() throws IOException {
    // A splitter asks hasNext() again after it has closed its source.
    finished = true;
    next = null;
    in.close();
  }

  private Line read() throws IOException {
    while (true) {
      Line line = readPhysicalLine();
      if (line == null || !isBlank(line)) {
        return line;
      }
    }
  }

  private Line readPhysicalLine() throws IOException {
    if (position == limit && !fill()) {
      return null;
    }
    int mark = number == 0 ? TextEncoding.markLength(buffer, position, limit) : 0;
    if (mark > 0) {
      position += mark;
      if (position == limit && !fill()) {
        return null;
      }
    }
    number++;
    long offset = bufferOffset + position;
    int end = indexOfLineEnd();
    if (end < 0 && position > 0) {
      fill(); // most lines fit when they are at the beginning of the buffer
      end = indexOfLineEnd();
    }
    boolean isLast = end < 0 && limit < buffer.length;
    if (end < 0 && !isLast) {
      return readLong(offset);
    }
    int until = isLast ? limit : end;
    Line line = line(offset, Arrays.copyOfRange(buffer, position, until), until - position);
    position = isLast ? limit : end + 1;
    return line;
  }

  /**
   * A line that is longer than the buffer: its end is looked for first, and then its bytes are read
   * into an array of just the right size. An array that grows would need three times the memory for
   * a moment, which for a line of 60 MB is most of what there is.
   */
  private Line readLong(long offset) throws IOException {
    long size = limit - position;
    position = limit;
    while (fill()) {
      int end = indexOfLineEnd();
      int until = end >= 0 ? end : limit;
      size += until - position;
      position = end >= 0 ? end + 1 : limit;
      if (end >= 0) {
        break;
      }
    }
    boolean fits = size <= maxLineBytes + 1L; // one more for a carriage return
    return line(offset, read(offset, fits ? (int) size : KEPT_OF_OVERSIZED), size);
  }

  private byte[] read(long offset, int length) throws IOException {
    byte[] bytes = new byte[length];
    try (InputStream again = Files.newInputStream(file)) {
      again.skipNBytes(offset);
      // In pieces: Java keeps a buffer outside the heap as large as the largest one.
      for (int at = 0; at < length; ) {
        int read = again.read(bytes, at, Math.min(length - at, MOST_BUFFER_BYTES));
        if (read < 0) {
          throw new EOFException("The file became shorter while it was read");
        }
        at += read;
      }
    }
    return bytes;
  }

  private Line line(long offset, byte[] bytes, long size) {
    boolean whole = size == bytes.length;
    if (whole && bytes.length > 0 && bytes[bytes.length - 1] == '\r') {
      bytes = Arrays.copyOf(bytes, bytes.length - 1);
      size--;
    }
    if (whole && size > maxLineBytes) {
      bytes = Arrays.copyOf(bytes, Math.min(maxLineBytes, KEPT_OF_OVERSIZED));
    }
    return new Line(number, offset, bytes, size);
  }

  /** Brings what is not yet taken to the beginning of the buffer, and reads on behind it. */
  private boolean fill() throws IOException {
    int kept = limit - position;
    System.arraycopy(buffer, position, buffer, 0, kept);
    bufferOffset += position;
    position = 0;
    int read = in.readNBytes(buffer, kept, buffer.length - kept);
    limit = kept + read;
    if (digest != null) {
      digest.update(buffer, kept, read);
    }
    return read > 0;
  }

  private int indexOfLineEnd() {
    return ByteSearch.indexOf(buffer, position, limit, '\n');
  }

  private static boolean isBlank(Line line) {
    for (byte b : line.bytes()) {
      if (b != ' ' && b != '\t' && b != '\r') {
        return false;
      }
    }
    return !line.isTooLong();
  }
}
