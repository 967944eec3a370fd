package dev.geminibatch.line;

/**
 * Why a line has no answer.
 *
 * @param stage the stage that found it, for example {@code inspect}
 * @param code a short stable name, for example {@code file-missing}, or the service's status
 * @param message what is wrong, in which field, and what to do about it
 * @param retryable whether the same line may work when it is sent again unchanged
 */
public record LineProblem(String stage, String code, String message, boolean retryable) {

  /** A fault of the line itself, found before anything is spent. */
  public static LineProblem ofInput(String code, String message) {
    return new LineProblem("inspect", code, message, false);
  }
}
