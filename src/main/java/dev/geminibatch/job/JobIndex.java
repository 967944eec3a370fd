package dev.geminibatch.job;

import dev.geminibatch.io.PrivateFiles;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Which input line each line of a job's file came from: one entry of fixed size for each, in the
 * order of the job, which is the order of the input.
 */
public final class JobIndex {
  private JobIndex() {}

  /**
   * One request of a job.
   *
   * @param line number of its line in the input
   * @param offset of its line in the input
   * @param keyHash of its key on the wire, by which its answer is recognised
   * @param keyChanged whether its own key had to be made unique for the job
   * @param format which of the job's {@link AnswerFormats} its answer must have; 0 for any
   */
  public record Entry(long line, long offset, long keyHash, boolean keyChanged, int format) {}

  /** Writes an index from its beginning to its end. */
  public static final class Writer implements Closeable {
    private final DataOutputStream out;

    public Writer(Path file) throws IOException {
      this.out = new DataOutputStream(new BufferedOutputStream(PrivateFiles.output(file)));
    }

    public void add(Entry entry) throws IOException {
      out.writeLong(entry.line());
      out.writeLong(entry.offset());
      out.writeLong(entry.keyHash());
      out.writeBoolean(entry.keyChanged());
      out.writeInt(entry.format());
    }

    @Override
    public void close() throws IOException {
      out.close();
    }
  }

  /** Reads an index from its beginning to its end. */
  public static final class Reader implements Closeable {
    private final DataInputStream in;
    private final byte[] line = new byte[Long.BYTES];

    public Reader(Path file) throws IOException {
      this.in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)));
    }

    /** The next entry, or empty at the end. */
    public Optional<Entry> next() throws IOException {
      int read = in.readNBytes(line, 0, Long.BYTES);
      if (read < Long.BYTES) {
        return Optional.empty();
      }
      return Optional.of(
          new Entry(
              ByteBuffer.wrap(line).getLong(),
              in.readLong(),
              in.readLong(),
              in.readBoolean(),
              in.readInt()));
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
