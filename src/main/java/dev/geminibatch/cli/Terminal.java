package dev.geminibatch.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.Visible;
import dev.geminibatch.logging.LogLevel;
import dev.geminibatch.logging.Logs;
import dev.geminibatch.service.Redactor;
import java.io.Console;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.BiPredicate;
import java.util.function.IntSupplier;

/**
 * What a person sees: results on standard output, everything else on standard error, where a
 * progress line may stand below the log and is drawn again after each line of it.
 */
final class Terminal implements Logs.Screen {
  private static final String ERASE_LINE = "\r\u001b[2K";

  /** So that a line that is wider than we think, or than it was, does not wrap. */
  private static final String NO_WRAP = "\u001b[?7l";

  /** What somebody else says may be as long as he likes; nobody reads more than this. */
  private static final int LONGEST_TEXT = 20_000;

  private static final String WRAP = "\u001b[?7h";

  private final PrintStream out;
  private final PrintStream err;
  private final boolean interactive;
  private final IntSupplier columns;
  private String status = "";

  /** Records what is said, and knows whether it has brought it here itself. */
  private volatile BiPredicate<LogLevel, String> recorder = (level, text) -> false;

  /**
   * A terminal.
   *
   * @param columns asked when a progress line is drawn
   */
  Terminal(PrintStream out, PrintStream err, boolean interactive, IntSupplier columns) {
    this.out = out;
    this.err = err;
    this.interactive = interactive;
    this.columns = columns;
  }

  /** The terminal of this process. */
  static Terminal ofProcess() {
    return new Terminal(
        System.out, System.err, isInteractive(System.console()), new TerminalWidth()::columns);
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

  /** How many characters a progress line may have. */
  int statusWidth() {
    return columns.getAsInt() - 1; // the last column is left free: some terminals wrap there
  }

  /** A line of what was asked for. */
  void print(String line) {
    printAsIs(Visible.line(Redactor.redact(line)));
  }

  /** A text of ours, whose lines are meant as they are. */
  void printDocument(String text) {
    printAsIs(Visible.document(Redactor.redact(text)));
  }

  /** What was asked for, as the one document of a command. */
  void printJson(JsonNode document) {
    printDocument(document.toPrettyString());
  }

  private synchronized void printAsIs(String text) {
    eraseStatus();
    out.println(text);
    out.flush();
    drawStatus();
  }

  /** From now on what is said is recorded in the log. */
  void recordIn(BiPredicate<LogLevel, String> log) {
    recorder = log;
  }

  /** A line about what is going on; further lines are indented. */
  void tell(String text) {
    tell(LogLevel.INFO, text);
  }

  /** The same about what went wrong. */
  void tellError(String text) {
    tell(LogLevel.ERROR, text);
  }

  private void tell(LogLevel level, String text) {
    if (!recorder.test(level, text)) {
      text(text);
    }
  }

  @Override
  public void text(String text) {
    String shown = Visible.lines(Amounts.shortened(Redactor.redact(text), LONGEST_TEXT));
    synchronized (this) {
      eraseStatus();
      err.println(shown);
      drawStatus();
    }
  }

  @Override
  public void json(String line) {
    byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
    synchronized (this) {
      eraseStatus();
      err.write(bytes, 0, bytes.length);
      err.flush();
      drawStatus();
    }
  }

  /** The line below all others, on a terminal; empty removes it. */
  synchronized void status(String line) {
    if (interactive) {
      eraseStatus();
      status = Amounts.start(Visible.line(Redactor.redact(line)), statusWidth());
      drawStatus();
    }
  }

  /** Asks a question on a terminal; anything but yes is no. */
  boolean confirm(String question) {
    String answer = System.console().readLine("%s [y/N] ", Visible.line(question));
    return answer != null && answer.strip().toLowerCase(Locale.ROOT).startsWith("y");
  }

  private void eraseStatus() {
    if (!status.isEmpty()) {
      err.print(ERASE_LINE);
    }
  }

  private void drawStatus() {
    if (!status.isEmpty()) {
      err.print(NO_WRAP + status + WRAP);
      err.flush();
    }
  }
}
