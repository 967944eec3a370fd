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

/** Unpacks an input that came packed with gzip. */
public final class Gunzip {
  private static final int BUFFER_BYTES = 1 << 16;

  private Gunzip() {}

  /**
   * Unpacks a file, all its members, in place of one that is there.
   *
   * @param progress told how far into the packed file it is, in bytes
   * @throws RunFailure when it is not packed with gzip, not all of it is there, or something
   *     follows that is not (Java's own stream would take that for the end)
   */
  public static void unpack(Path packed, Path target, LongConsumer progress) throws IOException {
    if (Files.size(packed) == 0) {
      throw new RunFailure("The file is empty.");
    }
    try (FileChannel channel = FileChannel.open(packed);
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
    return new RunFailure(
        "The file is not packed with gzip, or is damaged or cut off ("
            + e.getMessage()
            + "); pack or copy it again, or drop it unpacked as .jsonl.");
  }
}
