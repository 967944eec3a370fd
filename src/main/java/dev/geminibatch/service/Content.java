package dev.geminibatch.service;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** What is uploaded; it is read as it is sent. */
public interface Content {
  /** The bytes of a file. */
  static Content of(Path file) {
    return new FileContent(file);
  }

  /**
   * The bytes of a file that is open, if they are still what they were. They are hashed as they are
   * sent; the last of them are sent only if all have the hash.
   *
   * @param file open as long as this is used
   * @param size in bytes
   * @param sha256 in hex
   * @param name for messages
   */
  static Content of(FileChannel file, long size, String sha256, String name) {
    return new CheckedContent(file, size, sha256, name);
  }

  /** The bytes are not those that were to be sent; sending them again changes nothing. */
  final class Changed extends IOException {
    private static final long serialVersionUID = 1L;

    public Changed(String name) {
      super(name + " was changed while it was uploaded");
    }
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
     * @throws Changed when they are not what they were
     * @throws IOException when they cannot be read, or not be written; it may be tried again
     */
    void write(long from, long length, OutputStream out) throws IOException;
  }
}
