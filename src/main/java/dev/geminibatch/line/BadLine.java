package dev.geminibatch.line;

/** A line cannot become a request; the message says what is wrong, where, and what to write. */
final class BadLine extends Exception {
  private static final long serialVersionUID = 1L;

  private final ProblemCode code;

  BadLine(ProblemCode code, String message) {
    super(message, null, false, false); // it is an answer, not an accident
    this.code = code;
  }

  /** As the problem of the line. */
  LineProblem problem() {
    return code.problem(getMessage());
  }
}
