package dev.geminibatch.io;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** Writes a file that is on the disk when it is closed, a large one piece by piece. */
public final class SyncedOutput extends OutputStream {
  private static final int LEAST_BUFFER_BYTES = 1 << 13;
  private static final int MOST_BUFFER_BYTES = 1 << 17;

  private final FileChannel channel;
  private final boolean forcesEnd;
  private ByteBuffer buffer = ByteBuffer.allocate(LEAST_BUFFER_BYTES);
  private final EarlyForcing forcing;
  private long size;

  /** Begins a file as {@link PrivateFiles#output} does. */
  public SyncedOutput(Path file) throws IOException {
    this(file, true);
  }

  private SyncedOutput(Path file, boolean forcesEnd) throws IOException {
    this.channel = PrivateFiles.channel(file);
    this.forcesEnd = forcesEnd;
    this.forcing = new EarlyForcing(() -> channel.force(false));
  }

  /** The same for one of several files, whose ends are forced together, by {@link Forcing}. */
  public static SyncedOutput oneOfSeveral(Path file) throws IOException {
    return new SyncedOutput(file, false);
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int start, int length) throws IOException {
    if (length > buffer.remaining()) {
      flush();
    }
    if (length >= buffer.capacity()) {
      send(ByteBuffer.wrap(bytes, start, length));
    } else {
      buffer.put(bytes, start, length);
    }
  }

  @Override
  public void flush() throws IOException {
    send(buffer.flip());
    buffer.clear();
    if (buffer.capacity() < MOST_BUFFER_BYTES) {
      buffer = ByteBuffer.allocate(2 * buffer.capacity()); // it is no small file
    }
  }

  private void send(ByteBuffer bytes) throws IOException {
    size += bytes.remaining();
    while (bytes.hasRemaining()) {
      // A large array would be copied into memory outside the heap that is never given back.
      int end = bytes.limit();
      bytes.limit(Math.min(end, bytes.position() + MOST_BUFFER_BYTES));
      channel.write(bytes);
      bytes.limit(end);
    }
    forcing.written(size);
  }

  /** Forces what is left; when it returns, the file is on the disk, unless nothing is in it. */
  @Override
  public void close() throws IOException {
    if (!channel.isOpen()) {
      return;
    }
    try (channel) {
      send(buffer.flip()); // a larger buffer would be for nothing
      forcing.await();
      if (forcesEnd && size > 0) {
        channel.force(true);
      }
    }
  }
}
