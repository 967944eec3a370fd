package dev.geminibatch;

import dev.geminibatch.cli.CommandLineInterface;
import dev.geminibatch.logging.LastingLogs;

/** Entry point. */
public final class Application {
  private Application() {}

  public static void main(String[] arguments) {
    LastingLogs.install();
    System.exit(CommandLineInterface.run(arguments));
  }
}
