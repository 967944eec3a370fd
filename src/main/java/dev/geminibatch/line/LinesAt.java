package dev.geminibatch.line;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;

/** Reads lines of a file by the offset at which they begin, quickly if the offsets ascend. */
public final class LinesAt implements Closeable {
  private static final int BUFFER_BYTES = 1 << 17;

  private final FileChannel channel;
  private final ByteBuffer buffer;
  private long bufferOffset;

  public LinesAt(Path file) throws IOException {
    this.channel = FileChannel.open(file);
    int most = (int) Math.min(BUFFER_BYTES, channel.size() + 1); // many files are small
    this.buffer = ByteBuffer.allocate(most).limit(0);
  }

  /** The line that begins at the offset, without its line end. */
  public byte[] read(long offset) throws IOException {
    return read(offset, Integer.MAX_VALUE);
  }

  /** At most so many bytes of the line that begins at the offset. */
  public byte[] read(long offset, int most) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    seek(offset);
    while (line.size() < most && (buffer.hasRemaining() || fill())) {
      int start = buffer.position();
      byte[] bytes = buffer.array();
      int lineEnd = ByteSearch.indexOf(bytes, start, buffer.limit(), '\n');
      int end = lineEnd < 0 ? buffer.limit() : lineEnd;
      line.write(bytes, start, Math.min(end - start, most - line.size()));
      if (end < buffer.limit()) {
        buffer.position(end + 1);
        break;
      }
      buffer.position(end);
    }
    byte[] read = line.toByteArray();
    boolean carriageReturn = read.length > 0 && read[read.length - 1] == '\r';
    return carriageReturn ? Arrays.copyOf(read, read.length - 1) : read;
  }

  /** Writes the line that begins at the offset with a line feed as its end. */
  public void copy(long offset, OutputStream out) throws IOException {
    seek(offset);
    if (!buffer.hasRemaining()) {
      fill();
    }
    byte[] bytes = buffer.array();
    int start = buffer.position();
    int end = ByteSearch.indexOf(bytes, start, buffer.limit(), '\n');
    if (end < 0 || end > start && bytes[end - 1] == '\r') {
      out.write(read(offset)); // few are longer than what is in memory, or have another end
      out.write('\n');
      return;
    }
    buffer.position(end + 1);
    out.write(bytes, start, end + 1 - start);
  }

  private void seek(long offset) {
    long ahead = offset - bufferOffset;
    if (ahead >= 0 && ahead <= buffer.limit()) {
      buffer.position((int) ahead);
    } else {
      bufferOffset = offset;
      buffer.limit(0).position(0);
    }
  }

  private boolean fill() throws IOException {
    bufferOffset += buffer.limit();
    buffer.clear();
    int read = channel.read(buffer, bufferOffset);
    buffer.flip();
    return read > 0;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
