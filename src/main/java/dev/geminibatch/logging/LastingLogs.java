package dev.geminibatch.logging;

import java.util.logging.LogManager;

/**
 * Keeps the log until the process has ended. Java's own takes the handlers away as soon as the
 * process is asked to end, while what is in progress still comes to its end.
 */
public final class LastingLogs extends LogManager {
  private static final String PROPERTY = "java.util.logging.manager";

  /** To be called before anything logs. Whoever has chosen another one knows why. */
  public static void install() {
    if (System.getProperty(PROPERTY) == null) {
      System.setProperty(PROPERTY, LastingLogs.class.getName());
    }
  }

  @Override
  public void reset() {
    // see above
  }
}
