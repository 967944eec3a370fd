package dev.geminibatch.io;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Bytes on their way: in memory as long as they are few, in a file from then on. */
public final class SpilledBytes implements Closeable {
  private static final int MOST_IN_MEMORY = 1 << 15;

  private final Path file;
  private ByteArrayOutputStream few = new ByteArrayOutputStream();
  private OutputStream many;

  /**
   * Nothing yet.
   *
   * @param file for many; removed by {@link #close}
   */
  public SpilledBytes(Path file) {
    this.file = file;
  }

  /** Adds some. */
  public void write(byte[] bytes) throws IOException {
    if (many == null && few.size() + bytes.length > MOST_IN_MEMORY) {
      many = new BufferedOutputStream(PrivateFiles.output(file));
      few.writeTo(many);
      few = null;
    }
    if (many == null) {
      few.writeBytes(bytes);
    } else {
      many.write(bytes);
    }
  }

  /** Copies them; none can be added any more. */
  public void copyTo(OutputStream to) throws IOException {
    if (many == null) {
      few.writeTo(to);
    } else {
      many.close();
      Files.copy(file, to);
    }
  }

  @Override
  public void close() throws IOException {
    if (many != null) {
      many.close();
    }
    AtomicFiles.discard(file); // also what a process has left that was killed
  }
}
