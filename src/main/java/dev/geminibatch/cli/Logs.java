package dev.geminibatch.cli;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.Visible;
import dev.geminibatch.service.Redactor;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** The log: one line a record on standard error, keys taken out. */
final class Logs {
  /** Kept from being collected, and with it its level. */
  private static final Logger ROOT = Logger.getLogger("");

  private static final int LONGEST_MESSAGE = 4_000;

  private Logs() {}

  /**
   * Sends every library's log to the terminal.
   *
   * @param ours the level of the product's own records; libraries speak up only when they warn
   * @param timed whether lines begin with the time, as a daemon's should
   */
  static void set(Terminal terminal, Level ours, boolean timed) {
    LogManager.getLogManager().reset();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord entry) {
            if (isWorthShowing(entry, ours)) {
              terminal.tell(format(entry, timed));
            }
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    ROOT.addHandler(handler);
    ROOT.setLevel(Level.INFO);
  }

  private static boolean isWorthShowing(LogRecord entry, Level ours) {
    String logger = entry.getLoggerName() == null ? "" : entry.getLoggerName();
    if (logger.equals("org.apache.camel.impl.engine.AbstractCamelContext")) {
      return false; // it logs a failed start, which is reported in full by whoever started it
    }
    // Our loggers have a stage's name, without a dot; a route's log step has its route's.
    boolean isOurs = logger.indexOf('.') < 0;
    Level least = isOurs ? ours : Level.WARNING;
    return entry.getLevel().intValue() >= least.intValue();
  }

  /** What others wrote stays on its line, in what it says as in the names of loggers. */
  private static String format(LogRecord entry, boolean timed) {
    StringBuilder line = new StringBuilder();
    if (timed) {
      line.append(time(entry.getInstant())).append(' ');
    }
    if (entry.getLevel().intValue() >= Level.SEVERE.intValue()) {
      line.append("ERROR ");
    } else if (entry.getLevel().intValue() >= Level.WARNING.intValue()) {
      line.append("WARN ");
    }
    if (timed) {
      line.append(shown(entry.getLoggerName())).append(": ");
    }
    line.append(shown(entry.getMessage()));
    // Where a fault of ours happened is worth its lines; what the outside world did is not.
    if (entry.getThrown() != null) {
      line.append(" (").append(shown(entry.getThrown().toString())).append(')');
      for (StackTraceElement frame : entry.getThrown().getStackTrace()) {
        if (frame.getClassName().startsWith("dev.geminibatch.")) {
          line.append("\n    at ").append(shown(frame.toString()));
        }
      }
    }
    return line.toString();
  }

  /** Keys are taken out before a text is cut in two, and with it perhaps a key. */
  private static String shown(String text) {
    String redacted = Redactor.redact(String.valueOf(text));
    return Visible.line(Amounts.shortened(redacted, LONGEST_MESSAGE));
  }

  private static String time(Instant instant) {
    return DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss")
        .withZone(ZoneId.systemDefault())
        .format(instant);
  }
}
