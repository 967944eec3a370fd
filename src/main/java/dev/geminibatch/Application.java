package dev.geminibatch;

import dev.geminibatch.cli.CommandLineInterface;

/** Entry point. */
public final class Application {
  private Application() {}

  public static void main(String[] arguments) {
    System.exit(CommandLineInterface.run(arguments));
  }
}
