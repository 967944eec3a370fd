package dev.geminibatch.io;

/** A value or an option that cannot be used; the message says what to write instead. */
public final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UsageException(String message) {
    super(message);
  }
}
