package dev.geminibatch.batch;

/** A run has waited so long that its files must be uploaded again before it is sent. */
final class StaleReferences extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StaleReferences() {
    super(
        "its files would not live long enough any more; they are uploaded again",
        null,
        false,
        false);
  }
}
