package dev.geminibatch.answer;

import dev.geminibatch.line.LineProblem;
import java.util.List;
import java.util.Optional;

/**
 * A line of a run, and what has become of it so far.
 *
 * @param number of the line in the input
 * @param key as it is in the input
 * @param attempt the last one at it that counts
 * @param problem why it has no answer; empty if it has one, or may still get one
 * @param tags the files that it names, as it names them
 * @param request the line as it came, or the beginning of it; empty if the input has changed since
 * @param answer what the model wrote, or the beginning of it; empty if nothing
 */
public record RunLine(
    long number,
    String key,
    int attempt,
    Verdict verdict,
    Optional<LineProblem> problem,
    List<String> tags,
    String request,
    String answer) {

  /** What has become of a line. */
  public enum Verdict {
    /** It has no answer yet. */
    OPEN,
    /** It has one. */
    ANSWERED,
    /** It has none, unless it is sent again. */
    FAILED
  }
}
