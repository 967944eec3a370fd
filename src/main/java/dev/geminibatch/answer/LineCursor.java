package dev.geminibatch.answer;

import dev.geminibatch.answer.RunLine.Verdict;
import dev.geminibatch.line.LineProblem;
import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;

/** Lines of a run in ascending order, from any of them on; cheap to pass. */
interface LineCursor extends Closeable {
  /** The present line is about to be asked about. */
  default void due() throws IOException {}

  /** Goes to the next line; false at the end. */
  boolean advance() throws IOException;

  /** How many lines that nobody wants the last call of {@link #advance} has left out. */
  default long skipped() {
    return 0;
  }

  /** The number of the present line. */
  long line();

  /** Where the present line begins in the input. */
  long offset();

  /** Which attempt at its lines it is. */
  int attempt();

  Verdict verdict();

  /** Why the present line, which has failed, has no answer. */
  LineProblem problem() throws IOException;

  /** The service's line about the present line; empty if there is none. */
  default Optional<byte[]> answer() throws IOException {
    return Optional.empty();
  }

  /** What the model wrote; empty if nothing. */
  default String text() throws IOException {
    return "";
  }
}
