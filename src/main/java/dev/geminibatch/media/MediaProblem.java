package dev.geminibatch.media;

/** Why a file tag cannot be replaced; the message names the file and the remedy. */
public final class MediaProblem extends Exception {
  private static final long serialVersionUID = 1L;
  private final String code;

  public MediaProblem(String code, String message) {
    super(message, null, false, false);
    this.code = code;
  }

  /** A short stable name, for example {@code file-missing}. */
  public String code() {
    return code;
  }
}
