package dev.geminibatch;

import dev.geminibatch.cli.CommandLineInterface;
import dev.geminibatch.logging.LastingLogs;
import dev.geminibatch.logging.LogProvider;

/** Entry point. */
public final class Application {
  private static final String LOG_MANAGER = "java.util.logging.manager";

  /** Spares a start the search for it in every jar. */
  private static final String LOG_PROVIDER = "slf4j.provider";

  private Application() {}

  /** The log's manager is made when anything logs first, so this comes before everything. */
  public static void main(String[] arguments) {
    if (System.getProperty(LOG_MANAGER) == null) {
      System.setProperty(LOG_MANAGER, LastingLogs.class.getName());
    }
    if (System.getProperty(LOG_PROVIDER) == null) {
      System.setProperty(LOG_PROVIDER, LogProvider.class.getName());
      System.setProperty("slf4j.internal.verbosity", "WARN"); // it would name what is set here
    }
    System.exit(CommandLineInterface.run(arguments));
  }
}
