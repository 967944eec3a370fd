package dev.geminibatch.job;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.line.LineProblem;
import dev.geminibatch.line.ProblemCode;

/**
 * How many tokens one line of a model may put in, as far as that is certain.
 *
 * @param refusedFrom so many are too many, even if an estimate is somewhat wrong; {@link
 *     JobLimits#ANY} if that is not certain of any number
 * @param why the limit in words, with its number and the remedy
 */
public record LineLimit(long refusedFrom, String why) {
  /** A file in a line may have more tokens than a text of its size, but not many more. */
  private static final int MOST_TOKENS_PER_BYTE = 4;

  /** Nothing is certain. */
  public static final LineLimit NONE = new LineLimit(JobLimits.ANY, "");

  /** Whether a line of so many tokens is certainly over the limit. */
  public boolean isOver(long tokens) {
    return refusedFrom != JobLimits.ANY && tokens >= refusedFrom;
  }

  /** Whether a line of so many bytes that names no file is worth counting for this. */
  public boolean mayBeOver(long bytes) {
    return refusedFrom != JobLimits.ANY && bytes > refusedFrom / MOST_TOKENS_PER_BYTE;
  }

  /** The one of two that is lower. */
  public LineLimit orLower(LineLimit other) {
    return other.refusedFrom < refusedFrom ? other : this;
  }

  /** What is wrong with a line of so many tokens. */
  public String words(long tokens) {
    return "the line alone has about " + Amounts.count(tokens, "token") + ", and " + why;
  }

  /** As {@link #words}. */
  public LineProblem problem(long tokens) {
    return ProblemCode.OVER_QUOTA.problem(words(tokens));
  }
}
