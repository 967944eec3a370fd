package dev.geminibatch.run;

import dev.geminibatch.io.PrivateFiles;
import dev.geminibatch.io.Sha256;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * Notices an input that was changed behind our back: a program that still had the dropped file open
 * would move the lines under our feet.
 */
public final class InputGuard {
  private static final int BUFFER_BYTES = 1 << 16;

  private InputGuard() {}

  /**
   * Checks that a run can go by its input.
   *
   * @throws InputChanged when it was changed before anything is paid, or its lines are not those
   *     that were sent
   */
  public static void check(Run run, RunFolder folder) throws IOException {
    if (!isUnchanged(run, folder) && !(run.isPaid() && isIntact(run, folder))) {
      throw new InputChanged(
          "The input was changed while it was being worked on; run it again as it is now.");
    }
  }

  /** Whether nobody has written into the input since it was taken. */
  public static boolean isUnchanged(Run run, RunFolder folder) throws IOException {
    return isUnchanged(run, folder.received(run));
  }

  /** Whether nobody has written into a file since the run took it. */
  public static boolean isUnchanged(Run run, Path file) throws IOException {
    return Files.size(file) == run.input().size()
        && Files.getLastModifiedTime(file).toMillis() == run.input().modified();
  }

  /** Remembers the inspected lines, for {@link #isIntact}. */
  public static void remember(RunFolder folder, byte[] digest) throws IOException {
    PrivateFiles.write(folder.digest(), HexFormat.of().formatHex(digest));
  }

  /** Whether the inspected lines are where they were; more may have followed them since. */
  public static boolean isIntact(Run run, RunFolder folder) throws IOException {
    boolean isOurs = !folder.input().equals(folder.received(run));
    return isOurs || isUnchanged(run, folder) || isAsInspected(run, folder);
  }

  private static boolean isAsInspected(Run run, RunFolder folder) throws IOException {
    Path input = folder.received(run);
    return Files.exists(folder.digest())
        && Files.size(input) >= run.input().size()
        && Files.readString(folder.digest()).equals(digest(input, run.input().size()));
  }

  private static String digest(Path file, long size) throws IOException {
    MessageDigest digest = Sha256.digest();
    byte[] buffer = new byte[BUFFER_BYTES];
    try (InputStream in = Files.newInputStream(file)) {
      for (long left = size; left > 0; ) {
        int read = in.read(buffer, 0, (int) Math.min(left, buffer.length));
        if (read < 0) {
          throw new EOFException(file + " became shorter while it was read");
        }
        digest.update(buffer, 0, read);
        left -= read;
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
