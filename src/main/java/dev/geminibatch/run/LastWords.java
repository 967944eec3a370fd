package dev.geminibatch.run;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Ends the process after an Error. Whatever one of its threads has lost, others would go on with
 * half of it; and everything that counts is on disk, in such a way that the process may die at any
 * time.
 */
public final class LastWords {
  /** Ends the process; in tests it does not. */
  @FunctionalInterface
  public interface Ending {
    /**
     * @param message one line for the person who finds the process gone; empty if there is no
     *     memory left to make one
     */
    void end(String message);
  }

  private final WorkInHand work;
  private final Ending ending;
  private final AtomicBoolean areSaid = new AtomicBoolean();

  public LastWords(WorkInHand work, Ending ending) {
    this.work = work;
    this.ending = ending;
  }

  /** Ends the process if there is an Error in what was thrown. */
  public void check(Throwable thrown) {
    check(thrown, null);
  }

  /**
   * Ends the process if there is an Error in what was thrown.
   *
   * @param runId the run that it came from, if that is known, or null
   */
  public void check(Throwable thrown, String runId) {
    Error error = errorIn(thrown);
    if (error == null || !areSaid.compareAndSet(false, true)) {
      return;
    }
    String message = "";
    try {
      WorkInHand.Task cause = work.cause(runId);
      work.blame(cause, error);
      message = message(error, cause);
    } catch (Throwable again) {
      // There is not even memory for this; then less is said.
    }
    ending.end(message);
  }

  /** Ends the process because its workers have died without an Error. */
  public void end(String message) {
    if (areSaid.compareAndSet(false, true)) {
      ending.end(message);
    }
  }

  /** The Error among the causes, or null; needs no memory. */
  public static Error errorIn(Throwable thrown) {
    Throwable cause = thrown;
    for (int depth = 0; cause != null && depth < 50; depth++) {
      if (cause instanceof Error error) {
        return error;
      }
      cause = cause.getCause();
    }
    return null;
  }

  /** One line about an Error that no run is to blame for. */
  public static String message(Error error) {
    return message(error, null);
  }

  private static String message(Error error, WorkInHand.Task cause) {
    String where =
        cause == null
            ? " in the thread " + Thread.currentThread().getName()
            : " in the stage "
                + cause.stage()
                + " of "
                + cause.run().name()
                + " (run "
                + cause.run().id()
                + ")";
    if (error instanceof OutOfMemoryError) {
      return "Out of memory"
          + where
          + " ("
          + error.getMessage()
          + "). Give Java more than "
          + (Runtime.getRuntime().maxMemory() >> 20)
          + "m (java -Xmx1g ...)";
    }
    String what = error.getMessage() == null ? "" : ": " + error.getMessage();
    return error.getClass().getSimpleName() + where + what + at(error) + ". Please report it";
  }

  /** Where in our code, or else anywhere. */
  private static String at(Error error) {
    StackTraceElement[] trace = error.getStackTrace();
    for (StackTraceElement frame : trace) {
      if (frame.getClassName().startsWith("dev.geminibatch.")) {
        return " (at " + frame + ")";
      }
    }
    return trace.length == 0 ? "" : " (at " + trace[0] + ")";
  }
}
