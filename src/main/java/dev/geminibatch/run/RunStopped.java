package dev.geminibatch.run;

/** A person has paused or cancelled the run that is worked on: this work ends, and no failure. */
public final class RunStopped extends RuntimeException {
  private static final long serialVersionUID = 1;

  public RunStopped(Run run) {
    super(run.name() + " is " + (run.isCancelled() ? "cancelled" : "paused"), null, false, false);
  }
}
