package dev.geminibatch.batch;

import dev.geminibatch.request.Line;
import java.io.Closeable;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;

/** A stage's way through the lines of a run, in groups, with what it gathers on the way. */
abstract class LineWalk implements Iterator<List<Line>>, Closeable {
  private final LineChunks chunks;

  LineWalk(LineChunks chunks) {
    this.chunks = chunks;
  }

  @Override
  public final boolean hasNext() {
    return chunks.hasNext();
  }

  @Override
  public final List<Line> next() {
    return chunks.next();
  }

  /** Closes the file that is read; what is gathered is the stage's to close. */
  @Override
  public final void close() throws IOException {
    chunks.close();
  }
}
