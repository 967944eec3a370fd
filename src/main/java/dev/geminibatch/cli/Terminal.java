package dev.geminibatch.cli;

import dev.geminibatch.service.Redactor;
import java.io.Console;
import java.io.PrintStream;
import java.util.Locale;

/**
 * What a person sees: results on standard output, everything else on standard error, where a
 * progress line may stand below the log and is drawn anew after each line of it.
 */
final class Terminal {
  private static final String ERASE_LINE = "\r\u001b[2K";

  private final PrintStream out;
  private final PrintStream err;
  private final boolean interactive;
  private String status = "";

  Terminal(PrintStream out, PrintStream err, boolean interactive) {
    this.out = out;
    this.err = err;
    this.interactive = interactive;
  }

  /** The terminal of this process. */
  static Terminal ofProcess() {
    return new Terminal(System.out, System.err, isInteractive(System.console()));
  }

  /** From JDK 22 on there is a console without a terminal as well, and a method that tells. */
  private static boolean isInteractive(Console console) {
    if (console == null || "dumb".equals(System.getenv("TERM"))) {
      return false;
    }
    try {
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException e) {
      return true;
    }
  }

  boolean isInteractive() {
    return interactive;
  }

  /** A line of what was asked for. */
  synchronized void print(String line) {
    eraseStatus();
    out.println(Redactor.redact(line));
    out.flush();
    drawStatus();
  }

  /** A line about what is going on. */
  synchronized void tell(String line) {
    eraseStatus();
    err.println(Redactor.redact(line));
    drawStatus();
  }

  /** The line below all others, on a terminal; empty removes it. */
  synchronized void status(String line) {
    if (interactive) {
      eraseStatus();
      status = Redactor.redact(line);
      drawStatus();
    }
  }

  /** Asks a question on a terminal; anything but yes is no. */
  boolean confirm(String question) {
    String answer = System.console().readLine("%s [y/N] ", question);
    return answer != null && answer.strip().toLowerCase(Locale.ROOT).startsWith("y");
  }

  private void eraseStatus() {
    if (!status.isEmpty()) {
      err.print(ERASE_LINE);
    }
  }

  private void drawStatus() {
    if (!status.isEmpty()) {
      err.print(status);
      err.flush();
    }
  }
}
