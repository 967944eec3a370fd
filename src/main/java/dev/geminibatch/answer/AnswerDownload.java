package dev.geminibatch.answer;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.io.EarlyForcing;
import dev.geminibatch.line.ByteSearch;
import dev.geminibatch.service.FileService;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A download that is complete. A connection that is closed in good order in the middle looks like
 * the end of the file, so the lines are counted, too.
 */
public final class AnswerDownload {
  private static final Logger LOG = LoggerFactory.getLogger("collect");

  /** Bounds the rounds with a service that ends every answer early. */
  private static final int MOST_ROUNDS = 50;

  /** More than the longest answer that is known, a few pictures as text, has of bytes. */
  private static final long MOST_BYTES_A_LINE = 32L << 20;

  /** Of a file whose requests are not known. */
  private static final long MOST_BYTES = 64L << 30;

  private AnswerDownload() {}

  /** The service, or whoever answers in its place, sends more than all requests can have. */
  static final class TooLarge extends IOException {
    private static final long serialVersionUID = 1L;

    TooLarge(String message) {
      super(message);
    }
  }

  /**
   * Downloads a file of answers, or resumes its download.
   *
   * @param expectedLines how many there should be; 0 if unknown. A file that has fewer is asked for
   *     what follows and then fetched again, and accepted only if it stays that way: the service
   *     may leave answers out
   * @throws IOException also when the file does not end where answers to so many requests would
   */
  public static void fetch(
      FileService service, String fileName, Path target, long expectedLines, LongConsumer received)
      throws IOException {
    long before = -1;
    int same = 0;
    for (int round = 1; ; round++) {
      download(service, fileName, target, expectedLines, received);
      Shape shape = shape(target);
      if (shape.endsWithLine() && shape.lines() >= expectedLines) {
        return;
      }
      long size = Files.size(target);
      same += size == before ? 1 : 0;
      if (same == 2 || round == MOST_ROUNDS) {
        LOG.warn(
            "{} has {} lines for {} requests{}",
            fileName,
            shape.lines(),
            expectedLines,
            shape.endsWithLine() ? "" : " and does not end with a line end");
        return;
      }
      if (size == before) {
        Files.delete(target); // nothing follows, so once more from the beginning
      }
      before = size;
    }
  }

  private static void download(
      FileService service, String fileName, Path target, long expectedLines, LongConsumer received)
      throws IOException {
    long most =
        expectedLines > 0
            ? Math.min(MOST_BYTES, (expectedLines + 2) * MOST_BYTES_A_LINE)
            : MOST_BYTES;
    EarlyForcing forcing = new EarlyForcing(() -> AtomicFiles.force(target));
    try {
      try {
        service.download(
            fileName,
            target,
            bytes -> {
              if (bytes > most) {
                throw new UncheckedIOException(tooLarge(fileName, most, expectedLines));
              }
              received.accept(bytes);
              written(forcing, bytes);
            });
      } finally {
        await(forcing);
      }
    } catch (UncheckedIOException e) {
      Files.deleteIfExists(target); // it would not become smaller, nor get to the disk
      throw e.getCause();
    }
  }

  private static TooLarge tooLarge(String fileName, long most, long expectedLines) {
    return new TooLarge(
        fileName
            + " is larger than "
            + Amounts.size(most)
            + ", which the answers to "
            + Amounts.count(expectedLines)
            + " requests cannot be; it is fetched again later");
  }

  /** What is not on the disk must not be resumed: the system says so only once. */
  private static void written(EarlyForcing forcing, long bytes) {
    try {
      forcing.written(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void await(EarlyForcing forcing) {
    try {
      forcing.await();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private record Shape(long lines, boolean endsWithLine) {}

  private static Shape shape(Path file) throws IOException {
    long lines = 0;
    byte last = '\n';
    try (InputStream in = Files.newInputStream(file)) {
      byte[] buffer = new byte[(int) Math.min(1 << 17, Files.size(file) + 1)];
      for (int read; (read = in.read(buffer)) > 0; ) {
        for (int i = -1; (i = ByteSearch.indexOf(buffer, i + 1, read, '\n')) >= 0; ) {
          lines++;
        }
        last = buffer[read - 1];
      }
    }
    return new Shape(last == '\n' ? lines : lines + 1, last == '\n');
  }
}
