package dev.geminibatch.line;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Looks ahead for the ends of lines, without reading the lines. */
public final class LineEnds {
  private static final int WINDOW_BYTES = 256 << 10;

  private LineEnds() {}

  /**
   * Where the last of some lines that follow each other ends, before its line feed. Empty lines at
   * the end do not count.
   *
   * @param from where the first line begins
   * @param mostLines how many there are at most
   * @param mostBytes how many bytes they have at most, with a line feed each
   */
  public static long last(FileChannel file, long from, long mostLines, long mostBytes)
      throws IOException {
    ByteBuffer window = ByteBuffer.allocate(WINDOW_BYTES);
    long lines = 0;
    long lineStart = from;
    long end = from;
    for (long at = from; ; at += window.limit()) {
      int read = file.read(window.clear(), at);
      if (read <= 0) {
        return at > lineStart && at + 1 - from <= mostBytes ? at : end; // the last one has no end
      }
      window.limit(read);
      for (int i = 0; (i = ByteSearch.indexOf(window.array(), i, read, '\n')) >= 0; i++) {
        long lineEnd = at + i;
        if (lineEnd > lineStart) {
          if (lineEnd + 1 - from > mostBytes) {
            return end;
          }
          end = lineEnd;
          if (++lines == mostLines) {
            return end;
          }
        }
        lineStart = lineEnd + 1;
      }
    }
  }
}
