package dev.geminibatch.job;

import dev.geminibatch.service.Content;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads a {@link JobBody}: goes through its parts, and back to the first one when it has to. */
final class JobBodyReader implements Content.Reading {
  private static final int WINDOW_BYTES = 128 << 10;

  private final Path body;
  private final FileChannel input;
  private final byte[] window;
  private long windowStart;
  private int windowLength;
  private DataInputStream parts;

  /** Where the present part stands in the content. */
  private long position;

  /** Where its piece stands in the input. */
  private long start;

  /** How long its piece is. */
  private long length;

  /** What follows the piece. */
  private byte[] text;

  JobBodyReader(Path body, FileChannel input) throws IOException {
    this.body = body;
    this.input = input;
    this.window = new byte[(int) Math.min(WINDOW_BYTES, input.size() + 1)]; // many are small
    rewind();
  }

  private void rewind() throws IOException {
    if (parts != null) {
      parts.close();
    }
    parts = new DataInputStream(new BufferedInputStream(Files.newInputStream(body)));
    position = 0;
    length = 0;
    text = new byte[0];
  }

  private long partEnd() {
    return position + length + text.length;
  }

  private void next() throws IOException {
    position = partEnd();
    start = parts.readLong();
    length = parts.readLong();
    text = new byte[parts.readInt()];
    parts.readFully(text);
  }

  @Override
  public void write(long from, long bytes, OutputStream out) throws IOException {
    if (from < position) {
      rewind();
    }
    try {
      writeParts(from, from + bytes, out);
    } catch (IOException e) {
      position = Long.MAX_VALUE; // it may have happened in the middle of a part: rewind
      throw e;
    }
  }

  private void writeParts(long from, long end, OutputStream out) throws IOException {
    for (long at = from; at < end; ) {
      while (at >= partEnd()) {
        next();
      }
      long inPart = at - position;
      if (inPart < length) {
        long some = Math.min(length - inPart, end - at);
        copy(start + inPart, some, out);
        at += some;
      } else {
        int inText = (int) (inPart - length);
        int some = (int) Math.min(text.length - inText, end - at);
        out.write(text, inText, some);
        at += some;
      }
    }
  }

  /** Pieces are mostly small and near each other, so that one read finds many. */
  private void copy(long from, long bytes, OutputStream out) throws IOException {
    long end = from + bytes;
    for (long at = from; at < end; ) {
      if (at < windowStart || at >= windowStart + windowLength) {
        windowLength = 0; // whatever happens now, it no longer holds what it did
        windowStart = at;
        windowLength = input.read(ByteBuffer.wrap(window), at);
        if (windowLength <= 0) {
          throw new EOFException("The input became shorter while it was uploaded");
        }
      }
      int inWindow = (int) (at - windowStart);
      int some = (int) Math.min(windowLength - inWindow, end - at);
      out.write(window, inWindow, some);
      at += some;
    }
  }

  @Override
  public void close() throws IOException {
    try (input) {
      parts.close();
    }
  }
}
