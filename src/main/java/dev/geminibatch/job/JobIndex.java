package dev.geminibatch.job;

import dev.geminibatch.io.FixedRecords;
import dev.geminibatch.io.PrivateFiles;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
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
    private static final int ENTRY_BYTES = 3 * Long.BYTES + 1 + Integer.BYTES;

    private final FixedRecords entries;

    public Reader(Path file) throws IOException {
      this.entries = new FixedRecords(file, ENTRY_BYTES);
    }

    /** How many entries there are. */
    public int size() throws IOException {
      return Math.toIntExact(entries.size());
    }

    /** Goes to the entry that so many are before. */
    public void seek(long before) throws IOException {
      entries.seek(before);
    }

    /**
     * Goes to the first entry of a line, or of a later one.
     *
     * @return how many entries are before it
     */
    public long goTo(long line) throws IOException {
      long before = 0;
      long end = entries.size();
      while (before < end) {
        long middle = (before + end) >>> 1;
        entries.seek(middle);
        if (next().orElseThrow().line() < line) {
          before = middle + 1;
        } else {
          end = middle;
        }
      }
      entries.seek(before);
      return before;
    }

    /** The next entry, or empty at the end. */
    public Optional<Entry> next() throws IOException {
      ByteBuffer in = entries.next();
      return in == null
          ? Optional.empty()
          : Optional.of(
              new Entry(in.getLong(), in.getLong(), in.getLong(), in.get() != 0, in.getInt()));
    }

    @Override
    public void close() throws IOException {
      entries.close();
    }
  }
}
