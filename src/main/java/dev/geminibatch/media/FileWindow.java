package dev.geminibatch.media;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Reads a few bytes here and there in a file, whose parts may be larger than memory. */
final class FileWindow {
  private final FileChannel file;
  private final long size;

  FileWindow(FileChannel file) throws IOException {
    this.file = file;
    this.size = file.size();
  }

  long size() {
    return size;
  }

  /** Up to a number of bytes from a place on; fewer at the end of the file. */
  ByteBuffer read(long at, int most) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(most);
    while (bytes.hasRemaining() && file.read(bytes, at + bytes.position()) > 0) {
      // until it is full
    }
    return bytes.flip();
  }
}
