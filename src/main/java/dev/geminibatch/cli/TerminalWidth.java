package dev.geminibatch.cli;

import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/**
 * How wide the terminal is. Java does not know; picocli asks the system, with a process of its own,
 * so it is asked now and then only: somebody may have made the window smaller.
 */
final class TerminalWidth {
  private static final long ASK_AGAIN_NANOS = 30_000_000_000L;

  private int columns;
  private long asked;

  /** The columns, or 80 where nobody knows. */
  synchronized int columns() {
    long now = System.nanoTime();
    if (columns == 0 || now - asked > ASK_AGAIN_NANOS) {
      asked = now;
      columns = ask();
    }
    return columns;
  }

  private static int ask() {
    // A fresh specification: each remembers what it has found out.
    return new CommandLine(CommandSpec.create())
        .setUsageHelpAutoWidth(true)
        .getCommandSpec()
        .usageMessage()
        .width();
  }
}
