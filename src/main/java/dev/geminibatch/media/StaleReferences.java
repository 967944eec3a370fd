package dev.geminibatch.media;

/** A run has waited so long that its files must be uploaded again before it is sent. */
public final class StaleReferences extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StaleReferences() {
    super(
        "its files would not live long enough any more; they are uploaded again",
        null,
        false,
        false);
  }
}
