package dev.geminibatch.batch;

import dev.geminibatch.gemini.Gemini;
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
final class AnswerDownload {
  private static final Logger LOG = LoggerFactory.getLogger("collect");
  private static final int ATTEMPTS = 3;

  private AnswerDownload() {}

  /**
   * Downloads a file of answers.
   *
   * @param expectedLines how many there should be; 0 if unknown. A file that has fewer is fetched
   *     again, and accepted only if it stays that way: the service may leave answers out
   */
  static void fetch(
      Gemini gemini, String fileName, Path target, long expectedLines, LongConsumer received)
      throws IOException {
    for (int attempt = 1; ; attempt++) {
      gemini.download(fileName, target, received);
      Shape shape = shape(target);
      if (shape.endsWithLine() && shape.lines() >= expectedLines) {
        return;
      }
      if (attempt == ATTEMPTS) {
        LOG.warn(
            "{} has {} lines for {} requests{}",
            fileName,
            shape.lines(),
            expectedLines,
            shape.endsWithLine() ? "" : " and does not end with a line end");
        return;
      }
    }
  }

  private record Shape(long lines, boolean endsWithLine) {}

  private static Shape shape(Path file) throws IOException {
    long lines = 0;
    byte last = '\n';
    try (InputStream in = Files.newInputStream(file)) {
      byte[] buffer = new byte[1 << 17];
      for (int read; (read = in.read(buffer)) > 0; ) {
        for (int i = 0; i < read; i++) {
          if (buffer[i] == '\n') {
            lines++;
          }
        }
        last = buffer[read - 1];
      }
    }
    return new Shape(last == '\n' ? lines : lines + 1, last == '\n');
  }
}
