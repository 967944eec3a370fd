package dev.geminibatch.service;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;

/** What is uploaded; it is read as it is sent. */
public interface Content {
  /** The bytes of a file. */
  static Content of(Path file) {
    return new FileContent(file);
  }

  /** How many bytes there are. */
  long size() throws IOException;

  /** Begins to read. */
  Reading open() throws IOException;

  /** A reading, by one thread. */
  interface Reading extends Closeable {
    /**
     * Writes some of the bytes; those that follow the ones before are the quickest to find.
     *
     * @throws IOException when they cannot be read, or not be written; it may be tried again
     */
    void write(long from, long length, OutputStream out) throws IOException;
  }
}
