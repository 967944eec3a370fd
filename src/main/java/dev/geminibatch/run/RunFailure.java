package dev.geminibatch.run;

/** A run that can never be delivered; the message says what is wrong and what to do. */
public final class RunFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public RunFailure(String message) {
    super(message);
  }
}
