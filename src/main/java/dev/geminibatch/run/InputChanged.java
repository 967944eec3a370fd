package dev.geminibatch.run;

/**
 * The input of a run is no longer what it was. Before anything is paid it is inspected once more;
 * afterwards the run is delivered as far as it is answered.
 */
public final class InputChanged extends RuntimeException {
  private static final long serialVersionUID = 1L;

  InputChanged(String message) {
    super(message);
  }
}
