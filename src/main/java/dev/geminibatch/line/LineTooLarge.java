package dev.geminibatch.line;

/** A line does not fit into the memory that Java has. */
public final class LineTooLarge extends RuntimeException {
  private static final long serialVersionUID = 1L;

  LineTooLarge() {
    super(
        "A line is too large for the memory that Java has. Give it more (java -Xmx1g ...), or"
            + " lower lines.max-bytes, so that such lines are reported one by one.");
  }
}
