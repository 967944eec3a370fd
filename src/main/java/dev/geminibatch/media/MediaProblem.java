package dev.geminibatch.media;

import dev.geminibatch.line.FileTag;
import dev.geminibatch.line.LineProblem;
import dev.geminibatch.line.ProblemCode;

/** Why a file tag cannot be replaced; the message names the file and the remedy. */
public final class MediaProblem extends Exception {
  private static final long serialVersionUID = 1L;
  private final ProblemCode code;

  public MediaProblem(ProblemCode code, String message) {
    super(message, null, false, false);
    this.code = code;
  }

  /** Which problem it is. */
  public ProblemCode code() {
    return code;
  }

  /** As the problem of a line that names the file. */
  public LineProblem of(FileTag tag) {
    return code.problem(tag.field() + ": " + getMessage());
  }
}
