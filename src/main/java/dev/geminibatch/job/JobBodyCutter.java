package dev.geminibatch.job;

import dev.geminibatch.io.SyncedOutput;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Goes through a {@link JobBody} request by request, which end with line feeds, and writes bodies
 * of some of them each.
 */
final class JobBodyCutter implements Closeable {
  private static final int WINDOW_BYTES = 128 << 10;

  private final FileChannel input;
  private final DataInputStream parts;

  /** The bytes of the parts; the last ones of the file are their sum. */
  private final long bytes;

  private long partsRead;
  private final byte[] window = new byte[WINDOW_BYTES];
  private long windowStart;
  private int windowLength;

  /** What is left of the present part: of its piece of the input, and of its text. */
  private long start;

  private long end;
  private byte[] text = new byte[0];
  private int inText;

  /**
   * A cutter at the first request.
   *
   * @param body what a {@link JobBodyWriter} has written
   * @param input what the lines were read from, unchanged
   */
  JobBodyCutter(Path body, Path input) throws IOException {
    this.bytes = Files.size(body) - Long.BYTES;
    this.parts = new DataInputStream(new BufferedInputStream(Files.newInputStream(body)));
    this.input = FileChannel.open(input);
  }

  /** Writes the next requests into a body of their own, and forces it to the disk. */
  void next(long requests, Path body) throws IOException {
    try (DataOutputStream out = new DataOutputStream(new SyncedOutput(body))) {
      long size = 0;
      for (long left = requests; left > 0; ) {
        requirePart();
        long from = start;
        int fromText = inText;
        boolean atEnd = false;
        while (left > 0 && !atEnd) {
          left -= skipToLineEnd() ? 1 : 0;
          atEnd = start == end && inText == text.length;
        }
        size += writePart(out, from, fromText);
      }
      out.writeLong(size);
    }
  }

  /** A line end that is in the input is written as a text, as any other part ends. */
  private long writePart(DataOutputStream out, long from, int fromText) throws IOException {
    int length = inText - fromText;
    out.writeLong(from);
    out.writeLong(start - from);
    out.writeInt(length);
    out.write(text, fromText, length);
    return start - from + length;
  }

  /** Passes over the next request and returns how many bytes it has. */
  long skip() throws IOException {
    long size = 0;
    for (boolean isOver = false; !isOver; ) {
      requirePart();
      long from = start;
      int fromText = inText;
      isOver = skipToLineEnd();
      size += start - from + inText - fromText;
    }
    return size;
  }

  /** Nothing may be left, or the body is not that of its index. */
  void requireEnd() throws IOException {
    if (start < end || inText < text.length || partsRead < bytes) {
      throw new IOException("A job has more lines than its index has entries");
    }
  }

  private void requirePart() throws IOException {
    while (start == end && inText == text.length) {
      if (partsRead >= bytes) {
        throw new EOFException("A job has fewer lines than its index has entries");
      }
      start = parts.readLong();
      end = start + parts.readLong();
      text = new byte[parts.readInt()];
      parts.readFully(text);
      inText = 0;
      partsRead += 2 * Long.BYTES + Integer.BYTES + text.length;
    }
  }

  /**
   * Goes behind the next line end of the present part, or to its end.
   *
   * @return whether there was one
   */
  private boolean skipToLineEnd() throws IOException {
    while (start < end) {
      fill();
      int from = (int) (start - windowStart);
      int until = (int) Math.min(windowLength, end - windowStart);
      for (int i = from; i < until; i++) {
        if (window[i] == '\n') {
          start = windowStart + i + 1;
          return true;
        }
      }
      start = windowStart + until;
    }
    while (inText < text.length) {
      if (text[inText++] == '\n') {
        return true;
      }
    }
    return false;
  }

  private void fill() throws IOException {
    if (start >= windowStart && start < windowStart + windowLength) {
      return;
    }
    windowStart = start;
    windowLength = input.read(ByteBuffer.wrap(window), start);
    if (windowLength <= 0) {
      throw new EOFException("The input became shorter while a job was cut");
    }
  }

  @Override
  public void close() throws IOException {
    try (input) {
      parts.close();
    }
  }
}
