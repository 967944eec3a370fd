package dev.geminibatch.line;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.function.LongPredicate;

/**
 * Lines in groups, as the routes split them: by the line, the cost of an exchange would be as high
 * as that of the work.
 */
public final class LineGroups implements Iterator<List<Line>>, Closeable {
  private static final int MOST_LINES = 4096;
  private static final long MOST_BYTES = 1 << 20;

  private final LineReader lines;
  private final LongPredicate wanted;
  private final LongConsumer progress;

  /**
   * @param wanted which lines are handed out, by their numbers
   * @param progress receives how far into the file the reading is, in bytes
   */
  public LineGroups(LineReader lines, LongPredicate wanted, LongConsumer progress) {
    this.lines = lines;
    this.wanted = wanted;
    this.progress = progress;
  }

  @Override
  public boolean hasNext() {
    return lines.hasNext();
  }

  /** The next group; it is empty if no more line is wanted. */
  @Override
  public List<Line> next() {
    List<Line> chunk = new ArrayList<>();
    long bytes = 0;
    Line last;
    do {
      last = lines.next();
      if (wanted.test(last.number())) {
        chunk.add(last);
        bytes += last.bytes().length;
      }
    } while (chunk.size() < MOST_LINES && bytes < MOST_BYTES && lines.hasNext());
    progress.accept(last.offset() + last.size());
    return chunk;
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
