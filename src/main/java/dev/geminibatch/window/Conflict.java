package dev.geminibatch.window;

/** A request that does not go with one before it, in words for whoever sent it. */
final class Conflict extends RuntimeException {
  private static final long serialVersionUID = 1L;

  Conflict(String message) {
    super(message);
  }
}
