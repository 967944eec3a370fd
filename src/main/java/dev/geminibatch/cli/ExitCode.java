package dev.geminibatch.cli;

/** How a command ended, for scripts. */
final class ExitCode {
  /** Every line is answered, or what was asked for is done. */
  static final int OK = 0;

  /** Nothing was delivered. */
  static final int FAILED = 1;

  /** An option or a setting cannot be used. */
  static final int USAGE = 2;

  /** Delivered, but some lines have no answer. */
  static final int INCOMPLETE = 3;

  /** The time to wait is over and the job is still running. */
  static final int TIMED_OUT = 4;

  /** Ended by an error in the program or for lack of memory; the next start resumes. */
  static final int ERROR = 70;

  /** Interrupted; the same command resumes. */
  static final int INTERRUPTED = 130;

  private ExitCode() {}
}
