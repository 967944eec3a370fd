package dev.geminibatch.batch;

import dev.geminibatch.settings.ForcedOutput;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.function.LongConsumer;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** Unpacks an input that came packed with gzip. */
final class Unpacking {
  private static final int BUFFER_BYTES = 1 << 16;

  private Unpacking() {}

  /**
   * Unpacks a file, in place of one that is there.
   *
   * @param progress told how far into the packed file it is, in bytes
   * @throws RunFailure when it is not packed with gzip, or not all of it is there
   */
  static void unpack(Path packed, Path target, LongConsumer progress) throws IOException {
    try (FileChannel channel = FileChannel.open(packed);
        InputStream in = new GZIPInputStream(Channels.newInputStream(channel), BUFFER_BYTES);
        OutputStream out = new ForcedOutput(target)) {
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int read; (read = in.read(buffer)) >= 0; ) {
        out.write(buffer, 0, read);
        progress.accept(channel.position());
      }
    } catch (EOFException e) {
      throw new RunFailure(
          "The file ends in the middle of its packed content; pack or copy it again.");
    } catch (ZipException e) {
      throw new RunFailure(
          "The file is not packed with gzip, or is damaged ("
              + e.getMessage()
              + "); pack it again, or drop it unpacked as .jsonl.");
    }
  }
}
