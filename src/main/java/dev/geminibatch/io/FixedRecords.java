package dev.geminibatch.io;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** Reads a file of records that are all of one size. */
public final class FixedRecords implements Closeable {
  private static final int BUFFER_BYTES = 1 << 15;

  private final FileChannel channel;
  private final int recordBytes;
  private final ByteBuffer buffer;

  public FixedRecords(Path file, int recordBytes) throws IOException {
    this.channel = FileChannel.open(file);
    this.recordBytes = recordBytes;
    long most = Math.min(BUFFER_BYTES, channel.size()); // many files are small
    this.buffer = ByteBuffer.allocate((int) Math.max(recordBytes, most)).limit(0);
  }

  /** How many records there are. */
  public long size() throws IOException {
    return channel.size() / recordBytes;
  }

  /** Goes to a record, which is the next one then. */
  public void seek(long number) throws IOException {
    long position = number * recordBytes;
    long ahead = position - (channel.position() - buffer.limit());
    if (ahead >= 0 && ahead <= buffer.limit()) {
      buffer.position((int) ahead);
    } else {
      channel.position(position);
      buffer.limit(0).position(0);
    }
  }

  /**
   * The next record: what is next to be read from the buffer, all of which must be read; null at
   * the end.
   *
   * @throws EOFException when the last one is not whole
   */
  public ByteBuffer next() throws IOException {
    if (buffer.remaining() < recordBytes) {
      buffer.compact();
      while (buffer.hasRemaining() && channel.read(buffer) > 0) {
        // what is there comes at once
      }
      buffer.flip();
      if (!buffer.hasRemaining()) {
        return null;
      }
      if (buffer.remaining() < recordBytes) {
        throw new EOFException("The last record is not whole");
      }
    }
    return buffer;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
