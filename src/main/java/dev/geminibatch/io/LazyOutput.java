package dev.geminibatch.io;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;

/**
 * A file that is begun with its first byte: without one there is none, not even that of an earlier
 * attempt. Of ten thousand small runs hardly any has something to write into some of its files.
 */
public final class LazyOutput extends OutputStream {
  private final Path file;
  private final Beginning beginning;
  private OutputStream out;

  /** Begins the file. */
  @FunctionalInterface
  public interface Beginning {
    OutputStream begin(Path file) throws IOException;
  }

  /** Of a private file. */
  public LazyOutput(Path file) throws IOException {
    this(file, PrivateFiles::output);
  }

  public LazyOutput(Path file, Beginning beginning) throws IOException {
    this.file = file;
    this.beginning = beginning;
    AtomicFiles.deleteIfThere(file);
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int start, int length) throws IOException {
    if (length > 0) {
      if (out == null) {
        out = beginning.begin(file);
      }
      out.write(bytes, start, length);
    }
  }

  @Override
  public void flush() throws IOException {
    if (out != null) {
      out.flush();
    }
  }

  @Override
  public void close() throws IOException {
    if (out != null) {
      out.close();
    }
  }
}
