package dev.geminibatch.answer;

import dev.geminibatch.line.ByteSearch;
import dev.geminibatch.service.FileService;
import java.io.IOException;
import java.io.InputStream;
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

  private AnswerDownload() {}

  /**
   * Downloads a file of answers, or resumes its download.
   *
   * @param expectedLines how many there should be; 0 if unknown. A file that has fewer is asked for
   *     what follows and then fetched again, and accepted only if it stays that way: the service
   *     may leave answers out
   */
  public static void fetch(
      FileService service, String fileName, Path target, long expectedLines, LongConsumer received)
      throws IOException {
    long before = -1;
    int same = 0;
    for (int round = 1; ; round++) {
      service.download(fileName, target, received);
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
