package dev.geminibatch.stage;

import dev.geminibatch.line.CheckedLine;
import dev.geminibatch.line.LineTooLarge;
import dev.geminibatch.line.ReadAhead;
import dev.geminibatch.run.RunFailure;
import java.io.Closeable;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;

/**
 * A stage's way through the lines of a run, in groups and in order, with what the stage gathers on
 * the way. While it works on one group, the next ones are parsed.
 */
public abstract class LineWalk<G> implements Iterator<G>, Closeable {
  private final ReadAhead<?, List<CheckedLine>> lines;
  private final Closeable source;
  private boolean isClosed;

  /**
   * @param source what the lines are read from
   */
  public LineWalk(ReadAhead<?, List<CheckedLine>> lines, Closeable source) {
    this.lines = lines;
    this.source = source;
  }

  @Override
  public final boolean hasNext() {
    return !isClosed && lines.hasNext(); // a splitter asks again after it has closed its source
  }

  @Override
  public final G next() {
    try {
      return group(lines.next());
    } catch (LineTooLarge e) {
      throw new RunFailure(e.getMessage());
    }
  }

  /** Lines as the stage's route sees them. */
  public abstract G group(List<CheckedLine> lines);

  /** Closes the file that is read; what is gathered is the stage's to close. */
  @Override
  public final void close() throws IOException {
    isClosed = true;
    lines.cancel();
    source.close();
  }
}
