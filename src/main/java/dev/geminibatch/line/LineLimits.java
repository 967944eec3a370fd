package dev.geminibatch.line;

/**
 * How much of each kind one line may hold. Nobody who means well comes near; without these, a line
 * of some megabytes could take all of the memory.
 */
final class LineLimits {
  /** File tags. The service takes at most 3,600 images in a request. */
  static final int FILES = 10_000;

  /** Bytes of a key as it is written, quotes included. */
  static final int KEY_BYTES = 10_000;

  /** Fields beside the request. */
  static final int FIELDS = 10_000;

  /** Places where a request is changed before it is sent, as for a text where a part should be. */
  static final int EDITS = 100_000;

  private LineLimits() {}

  /** The problem of a line with more file tags. */
  static BadLine tooManyFiles() {
    return new BadLine(
        ProblemCode.TOO_MANY_FILES,
        "the line has more than 10,000 file tags; share them out among several lines");
  }

  /** The problem of a line with too much of something. */
  static BadLine tooMuch(String what) {
    return new BadLine(ProblemCode.TOO_COMPLEX, "the line has " + what);
  }
}
