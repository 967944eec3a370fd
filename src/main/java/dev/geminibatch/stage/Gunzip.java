package dev.geminibatch.stage;

import dev.geminibatch.io.SyncedOutput;
import dev.geminibatch.run.RunFailure;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongConsumer;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/** Decompresses an input that came as gzip. */
public final class Gunzip {
  private static final int BUFFER_BYTES = 1 << 16;

  private Gunzip() {}

  /**
   * Decompresses a file, all its members, in place of one that is there.
   *
   * @param progress receives how far into the compressed file it is, in bytes
   * @throws RunFailure when it is not gzip, not all of it is there, or something follows that is
   *     not (Java's own stream would take that for the end)
   */
  public static void decompress(Path compressed, Path target, LongConsumer progress)
      throws IOException {
    if (Files.size(compressed) == 0) {
      throw new RunFailure("The file is empty.");
    }
    try (FileChannel channel = FileChannel.open(compressed);
        OutputStream out = new SyncedOutput(target)) {
      InputStream in = members(channel);
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int read; (read = read(in, buffer)) >= 0; ) {
        out.write(buffer, 0, read);
        progress.accept(channel.position());
      }
    }
  }

  private static InputStream members(FileChannel channel) {
    try {
      return new GzipCompressorInputStream(Channels.newInputStream(channel), true);
    } catch (IOException e) {
      throw damaged(e);
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
