package dev.geminibatch.gemini;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** What is uploaded; it is read as it is sent. */
public interface Content {
  /** How many bytes there are. */
  long size() throws IOException;

  /** Begins to read. */
  Reading open() throws IOException;

  /** A reading, by one thread. */
  interface Reading extends Closeable {
    /**
     * Writes some of the bytes; those that follow the ones before are the quickest to find.
     *
     * @throws IOException when they cannot be read, or not be written
     */
    void write(long from, long length, OutputStream out) throws IOException;
  }

  /** The bytes of a file. */
  static Content of(Path file) {
    return new Content() {
      @Override
      public long size() throws IOException {
        return Files.size(file);
      }

      @Override
      public Reading open() throws IOException {
        return new FileReading(FileChannel.open(file));
      }

      @Override
      public String toString() {
        return file.toString();
      }
    };
  }

  /** Reads a file. */
  final class FileReading implements Reading {
    private static final int COPY_BYTES = 64 << 10;

    private final FileChannel channel;

    private FileReading(FileChannel channel) {
      this.channel = channel;
    }

    @Override
    public void write(long from, long length, OutputStream out) throws IOException {
      channel.position(from);
      InputStream in = Channels.newInputStream(channel);
      byte[] buffer = new byte[COPY_BYTES];
      for (long left = length; left > 0; ) {
        int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
        if (read < 0) {
          throw new IOException("The file became shorter while it was uploaded");
        }
        out.write(buffer, 0, read);
        left -= read;
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
