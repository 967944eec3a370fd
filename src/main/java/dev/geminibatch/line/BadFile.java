package dev.geminibatch.line;

/** A file as a whole is not what can be read; the message says what it is, and a remedy. */
public final class BadFile extends Exception {
  private static final long serialVersionUID = 1L;

  BadFile(String message) {
    super(message);
  }
}
