package dev.geminibatch.service.gemini;

import java.io.IOException;

/** An answer that is not read any further: the service, or who answers in its place, is broken. */
final class OddAnswer extends IOException {
  private static final long serialVersionUID = 1L;

  OddAnswer(String message) {
    super(message);
  }
}
