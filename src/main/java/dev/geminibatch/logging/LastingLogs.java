package dev.geminibatch.logging;

import java.util.logging.LogManager;

/**
 * Keeps the log until the process has ended. Java's own manager takes the handlers away as soon as
 * the process is asked to end, while what is in progress still comes to its end.
 */
public final class LastingLogs extends LogManager {
  @Override
  public void reset() {
    // see above
  }
}
