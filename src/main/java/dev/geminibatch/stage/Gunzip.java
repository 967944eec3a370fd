package dev.geminibatch.stage;

import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.io.SyncedOutput;
import dev.geminibatch.run.InputLimits;
import dev.geminibatch.run.RunFailure;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/** Decompresses an input that came as gzip. */
public final class Gunzip {
  private static final int BUFFER_BYTES = 1 << 16;

  /** How often the room on the disk is looked up. */
  private static final long PIECE = 64 << 20;

  private Gunzip() {}

  /**
   * Decompresses a file, all its members, in place of one that is there.
   *
   * @param target removed again if that fails
   * @param progress receives how far into the compressed file it is, in bytes
   * @throws RunFailure when it is not gzip, not all of it is there, or something follows that is
   *     not (Java's own stream would take that for the end); or when it is larger than it may be
   * @throws IOException also when the disk has no room for it
   */
  public static void decompress(
      Path compressed, Path target, InputLimits limits, LongConsumer progress) throws IOException {
    if (Files.size(compressed) == 0) {
      throw new RunFailure("The file is empty.");
    }
    boolean isWhole = false;
    try (FileChannel channel = FileChannel.open(compressed);
        OutputStream out = new SyncedOutput(target)) {
      InputStream in = members(channel);
      byte[] buffer = new byte[BUFFER_BYTES];
      long unpacked = 0;
      long checked = 0;
      for (int read; (read = read(in, buffer)) >= 0; ) {
        unpacked += read;
        if (unpacked >= checked) {
          limits.reserve().require(target.getParent(), PIECE);
          checked = unpacked + PIECE;
        }
        check(limits, channel.position(), unpacked);
        out.write(buffer, 0, read);
        progress.accept(channel.position());
      }
      isWhole = true;
    } finally {
      if (!isWhole) {
        AtomicFiles.discard(target);
      }
    }
  }

  private static void check(InputLimits limits, long packed, long unpacked) {
    Optional<String> problem = limits.problemOf(packed, unpacked);
    if (problem.isPresent()) {
      throw new RunFailure("The file is too large: " + problem.get() + ".");
    }
  }

  private static InputStream members(FileChannel channel) {
    try {
      return new GzipCompressorInputStream(new Members(Channels.newInputStream(channel)), true);
    } catch (IOException e) {
      throw damaged(e);
    }
  }

  /**
   * Bounds the header of a member: the name in it is read byte by byte into memory, up to a zero
   * that need not come.
   */
  private static final class Members extends BufferedInputStream {
    private static final int MOST_BYTES_OF_HEADER = 1 << 18;

    private int single;

    Members(InputStream in) {
      super(in);
    }

    @Override
    public synchronized int read() throws IOException {
      if (++single > MOST_BYTES_OF_HEADER) {
        throw new IOException("the name or comment in its header is too long");
      }
      return super.read();
    }

    @Override
    public synchronized int read(byte[] bytes, int from, int length) throws IOException {
      single = 0;
      return super.read(bytes, from, length);
    }
  }

  /** What goes wrong with reading is about the file, other than with writing. */
  private static int read(InputStream in, byte[] buffer) {
    try {
      return in.read(buffer);
    } catch (IOException e) {
      throw damaged(e);
    }
  }

  private static RunFailure damaged(IOException e) {
    String what = e.getMessage() == null ? "it ends too early" : e.getMessage();
    return new RunFailure(
        "The file is not packed with gzip, or it is damaged or truncated ("
            + what
            + "); compress or copy it again, or drop it uncompressed as .jsonl.");
  }
}
