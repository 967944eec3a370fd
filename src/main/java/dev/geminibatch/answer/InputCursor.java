package dev.geminibatch.answer;

import dev.geminibatch.answer.RunLine.Verdict;
import dev.geminibatch.io.TextEncoding;
import dev.geminibatch.line.ByteSearch;
import dev.geminibatch.line.LineProblem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The lines of a run that has no jobs yet, which are in its input and nowhere else. Only their ends
 * are looked for, so that many of them are passed quickly.
 */
final class InputCursor implements LineCursor {
  private static final int BUFFER_BYTES = 1 << 18;

  private final InputStream in;
  private final long from;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int position;
  private int limit;
  private long bufferOffset;
  private long line;
  private long offset;

  /**
   * Opens an input.
   *
   * @param from the number of the first line that is wanted
   */
  InputCursor(Path input, long from) throws IOException {
    this.in = Files.newInputStream(input);
    this.from = from;
  }

  /** How many bytes were read. */
  long end() {
    return bufferOffset + position;
  }

  @Override
  public boolean advance() throws IOException {
    return advance(Long.MAX_VALUE);
  }

  /** The same, unless more than so many bytes have to be read. */
  boolean advance(long most) throws IOException {
    while (end() < most && (position < limit || fill())) {
      line++;
      position += line == 1 ? TextEncoding.markLength(buffer, position, limit) : 0;
      offset = end();
      if (!passBlank() && line >= from) {
        return true;
      }
    }
    return false;
  }

  /** Goes behind the present line, and says whether it is blank. */
  private boolean passBlank() throws IOException {
    boolean isBlank = true;
    while (position < limit || fill()) {
      int end = ByteSearch.indexOf(buffer, position, limit, '\n');
      int until = end < 0 ? limit : end;
      isBlank = isBlank && isBlank(position, until);
      position = end < 0 ? limit : end + 1;
      if (end >= 0) {
        break;
      }
    }
    return isBlank;
  }

  private boolean isBlank(int begin, int end) {
    int at = begin;
    while (at < end && (buffer[at] == ' ' || buffer[at] == '\t' || buffer[at] == '\r')) {
      at++;
    }
    return at == end;
  }

  private boolean fill() throws IOException {
    bufferOffset += limit;
    position = 0;
    limit = Math.max(0, in.read(buffer));
    return limit > 0;
  }

  @Override
  public long line() {
    return line;
  }

  @Override
  public long offset() {
    return offset;
  }

  @Override
  public int attempt() {
    return 1;
  }

  @Override
  public Verdict verdict() {
    return Verdict.OPEN;
  }

  @Override
  public LineProblem problem() {
    throw new IllegalStateException("A line that was not sent has no problem");
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
