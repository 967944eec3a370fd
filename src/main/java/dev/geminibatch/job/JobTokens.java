package dev.geminibatch.job;

import dev.geminibatch.io.FixedRecords;
import dev.geminibatch.io.PrivateFiles;
import dev.geminibatch.line.RequestTokens;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The estimated tokens of each request of a job, in the order of its {@link JobIndex}. Jobs of
 * older versions have no such file.
 */
public final class JobTokens {
  private JobTokens() {}

  /** Writes the file from its beginning to its end. */
  public static final class Writer implements Closeable {
    private final DataOutputStream out;

    public Writer(Path file) throws IOException {
      this.out = new DataOutputStream(new BufferedOutputStream(PrivateFiles.output(file)));
    }

    public void add(RequestTokens request) throws IOException {
      out.writeLong(request.packed());
    }

    @Override
    public void close() throws IOException {
      out.close();
    }
  }

  /** Reads the file from its beginning to its end. */
  public static final class Reader implements Closeable {
    private final FixedRecords requests;

    /** A file that is not there has nothing in it. */
    public Reader(Path file) throws IOException {
      this.requests = Files.exists(file) ? new FixedRecords(file, Long.BYTES) : null;
    }

    /** The next request, or empty at the end. */
    public Optional<RequestTokens> next() throws IOException {
      try {
        ByteBuffer in = requests == null ? null : requests.next();
        return in == null ? Optional.empty() : Optional.of(RequestTokens.unpacked(in.getLong()));
      } catch (EOFException end) {
        return Optional.empty();
      }
    }

    @Override
    public void close() throws IOException {
      if (requests != null) {
        requests.close();
      }
    }
  }
}
