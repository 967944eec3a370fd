package dev.geminibatch.job;

import dev.geminibatch.io.SyncedOutput;
import dev.geminibatch.line.Line;
import dev.geminibatch.line.WireLine;
import dev.geminibatch.service.Content;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The content of a job's file, which is mostly that of the run's input and is not written a second
 * time: where its pieces stand there, and the words between them. It is put together while it is
 * sent.
 *
 * <p>On the disk it is a list of parts, each a piece of the input followed by some text: where the
 * piece starts (a long), its length (a long), the text's length (an int) and the text. The last
 * eight bytes are the size of it all. Lines that the service takes as they are make one part, as
 * long as there is just a line feed between them.
 */
public final class JobBody implements Content {
  /** A quoted line may have 64 MiB, and a reader holds the text of a part. */
  private static final int MOST_TEXT = 64 << 10;

  private static final int WINDOW_BYTES = 128 << 10;

  private final Path body;
  private final Path input;

  /**
   * @param body what a {@link Writer} has written
   * @param input what the lines were read from, unchanged
   */
  public JobBody(Path body, Path input) {
    this.body = body;
    this.input = input;
  }

  /** Notes the pieces as they come. */
  static final class Writer implements WireLine.Pieces, Closeable {
    private final DataOutputStream out;
    private final ByteArrayOutputStream text = new ByteArrayOutputStream();
    private long start;
    private long end;
    private long size;
    private boolean endsWholeLine;
    private boolean closed;

    Writer(Path body) throws IOException {
      this.out = new DataOutputStream(new SyncedOutput(body));
    }

    @Override
    public void wholeLine(Line line) throws IOException {
      if (endsWholeLine && line.offset() == end + 1) {
        text.reset(); // the one byte between the lines is a line end
      } else {
        begin(line.offset());
      }
      end = line.offset() + line.bytes().length;
      text.write('\n');
      endsWholeLine = true;
      size += line.bytes().length + 1;
    }

    @Override
    public void ofLine(Line line, int from, int until) throws IOException {
      begin(line.offset() + from);
      end = line.offset() + until;
      size += until - from;
    }

    @Override
    public void text(byte[] bytes, int from, int length) throws IOException {
      size += length;
      for (int at = from, left = length; left > 0; ) {
        if (text.size() == MOST_TEXT) {
          begin(end);
        }
        int some = Math.min(left, MOST_TEXT - text.size());
        text.write(bytes, at, some);
        at += some;
        left -= some;
      }
      endsWholeLine = false;
    }

    private void begin(long first) throws IOException {
      writePart();
      start = first;
      end = first;
      endsWholeLine = false;
    }

    private void writePart() throws IOException {
      if (end > start || text.size() > 0) {
        out.writeLong(start);
        out.writeLong(end - start);
        out.writeInt(text.size());
        text.writeTo(out);
        text.reset();
      }
    }

    /** How many bytes it all makes. */
    long size() {
      return size;
    }

    /** Forces it to the disk. */
    @Override
    public void close() throws IOException {
      if (closed) {
        return;
      }
      closed = true;
      try (out) {
        writePart();
        out.writeLong(size);
      }
    }
  }

  @Override
  public long size() throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(body.toFile(), "r")) {
      file.seek(file.length() - Long.BYTES);
      return file.readLong();
    }
  }

  @Override
  public Reading open() throws IOException {
    return new Parts(body, FileChannel.open(input));
  }

  @Override
  public String toString() {
    return body.toString();
  }

  /** Goes through the parts, and back to the first one when it has to. */
  private static final class Parts implements Reading {
    private final Path body;
    private final FileChannel input;
    private final byte[] window = new byte[WINDOW_BYTES];
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

    Parts(Path body, FileChannel input) throws IOException {
      this.body = body;
      this.input = input;
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
}
