package dev.geminibatch.line;

import dev.geminibatch.service.Redactor;

/**
 * Why a line has no answer; made by {@link ProblemCode#problem}, and kept as JSON in the folder of
 * a run.
 *
 * @param stage the stage that found it, for example {@code inspect}
 * @param code the name of a {@link ProblemCode}, or the service's own for an error that is new
 * @param message what is wrong, in which field, and what to do about it
 * @param retryable whether the same line may work when it is sent again unchanged
 */
public record LineProblem(String stage, String code, String message, boolean retryable) {
  /** Characters of a message; a text from a line or the service may be a whole book. */
  private static final int LONGEST_MESSAGE = 4_000;

  public LineProblem {
    if (message.length() > LONGEST_MESSAGE) {
      message = Redactor.shortened(message, LONGEST_MESSAGE);
    }
  }

  /** Whether this is a problem of a kind. */
  public boolean is(ProblemCode kind) {
    return code.equals(kind.code());
  }
}
