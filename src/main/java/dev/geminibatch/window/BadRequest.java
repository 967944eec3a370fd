package dev.geminibatch.window;

/** A request that makes no sense, in words for whoever sent it. */
final class BadRequest extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BadRequest(String message) {
    super(message);
  }
}
