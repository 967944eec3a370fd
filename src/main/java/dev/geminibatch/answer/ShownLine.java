package dev.geminibatch.answer;

import dev.geminibatch.line.LineProblem;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * A line of a run as it is shown to a person.
 *
 * @param number of the line in the input
 * @param key as it is in the input
 * @param tags the files that it names, as it names them
 * @param problem why it has no answer; empty if it has one
 * @param text of the answer, also of one that does not count; empty if there is none
 */
public record ShownLine(
    long number, String key, List<String> tags, Optional<LineProblem> problem, String text) {

  /** Takes some of the lines while they are written; not all of a large run can be shown. */
  public interface Taker {
    /** Whether one more line of this outcome is wanted. */
    boolean wants(boolean answered);

    void take(ShownLine line) throws IOException;

    /** Wants none. */
    static Taker none() {
      return new Taker() {
        @Override
        public boolean wants(boolean answered) {
          return false;
        }

        @Override
        public void take(ShownLine line) {}
      };
    }
  }
}
