package dev.geminibatch.batch;

import dev.geminibatch.request.Line;
import dev.geminibatch.request.LineReader;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Lines in groups, as the routes split them: by the line, the cost of an exchange would be as high
 * as that of the work.
 */
final class LineChunks implements Iterator<List<Line>>, Closeable {
  private static final int MOST_LINES = 256;
  private static final long MOST_BYTES = 1 << 20;

  private final LineReader lines;
  private final LongConsumer progress;

  /**
   * @param progress told how far into the file the reading is, in bytes
   */
  LineChunks(LineReader lines, LongConsumer progress) {
    this.lines = lines;
    this.progress = progress;
  }

  @Override
  public boolean hasNext() {
    return lines.hasNext();
  }

  @Override
  public List<Line> next() {
    List<Line> chunk = new ArrayList<>();
    long bytes = 0;
    do {
      Line line = lines.next();
      chunk.add(line);
      bytes += line.bytes().length;
    } while (chunk.size() < MOST_LINES && bytes < MOST_BYTES && lines.hasNext());
    Line last = chunk.get(chunk.size() - 1);
    progress.accept(last.offset() + last.size());
    return chunk;
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
