package dev.geminibatch.run;

/**
 * The run belongs to another member now, or this one was silent for so long that it may: whatever
 * was about to be written is not, and nothing is to be done about it here.
 */
public final class LeaseLost extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public LeaseLost(String message) {
    super(message);
  }

  /** Whether that is why something failed. */
  public static boolean isCause(Throwable thrown) {
    for (Throwable each = thrown; each != null; each = each.getCause()) {
      if (each instanceof LeaseLost) {
        return true;
      }
    }
    return false;
  }
}
