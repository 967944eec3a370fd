package dev.geminibatch.window;

import dev.geminibatch.answer.RunLine;
import dev.geminibatch.answer.RunLines;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.line.LineProblem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Why lines have no answer, as far as that is known.
 *
 * @param isAll whether all such lines are counted
 * @param counted how many were
 */
record FailureGroups(List<Group> groups, boolean isAll, long counted) {
  private static final int LONGEST_MESSAGE = 500;

  /**
   * Lines with one cause.
   *
   * @param example one of them; empty if none was come across
   */
  record Group(String code, long lines, Optional<Example> example) {
    /** The class that gives it a colour. */
    String kind() {
      return example.map(Example::retryable).orElse(false) ? "again" : "final";
    }
  }

  /** A line with a cause. */
  record Example(long line, String message, boolean retryable) {}

  /**
   * Groups lines.
   *
   * @param first the first lines without an answer
   * @param counts of all lines, once they are known
   */
  static FailureGroups of(RunLines.Page first, Optional<Map<String, Long>> counts) {
    Map<String, Long> seen = new LinkedHashMap<>();
    Map<String, Example> examples = new LinkedHashMap<>();
    for (RunLine line : first.lines()) {
      LineProblem problem = line.problem().orElseThrow();
      seen.merge(problem.code(), 1L, Long::sum);
      examples.putIfAbsent(
          problem.code(),
          new Example(
              line.number(),
              Amounts.shortened(problem.message(), LONGEST_MESSAGE),
              problem.retryable()));
    }
    List<Group> groups = new ArrayList<>();
    counts
        .orElse(seen)
        .forEach(
            (code, lines) ->
                groups.add(new Group(code, lines, Optional.ofNullable(examples.get(code)))));
    groups.sort((one, other) -> Long.compare(other.lines(), one.lines()));
    return new FailureGroups(
        groups, counts.isPresent() || first.next().isEmpty(), first.lines().size());
  }
}
