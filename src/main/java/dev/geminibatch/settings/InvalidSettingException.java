package dev.geminibatch.settings;

/** A value or an option that cannot be used; the message says what to write instead. */
public final class InvalidSettingException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public InvalidSettingException(String message) {
    super(message);
  }
}
