package dev.geminibatch.answer;

import dev.geminibatch.answer.RunLine.Verdict;
import dev.geminibatch.line.Line;
import dev.geminibatch.line.LineProblem;
import dev.geminibatch.line.LineReader;
import java.io.IOException;
import java.nio.file.Path;

/** The lines of a run that has no jobs yet, which are in its input and nowhere else. */
final class InputCursor implements LineCursor {
  private final LineReader lines;
  private Line present;

  InputCursor(Path input) throws IOException {
    this.lines = LineReader.open(input, LineReader.MAX_LINE_BYTES);
  }

  @Override
  public boolean advance() {
    present = lines.hasNext() ? lines.next() : null;
    return present != null;
  }

  /** How far it has read. */
  long end() {
    return present == null ? 0 : present.offset() + present.size();
  }

  @Override
  public long line() {
    return present.number();
  }

  @Override
  public long offset() {
    return present.offset();
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
    lines.close();
  }
}
