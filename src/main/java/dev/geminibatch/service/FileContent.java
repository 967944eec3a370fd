package dev.geminibatch.service;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** The bytes of a file. */
record FileContent(Path file) implements Content {
  private static final int COPY_BYTES = 64 << 10;

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

  private record FileReading(FileChannel channel) implements Reading {
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
