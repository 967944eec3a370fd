package dev.geminibatch.logging;

import dev.geminibatch.io.Visible;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.logging.LogRecord;

/**
 * Lines for a person. Those of a daemon have the time, the logger, the run and its file; those of a
 * command say only what has happened.
 */
final class TextFormat implements LogFormat {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT)
          .withZone(ZoneId.systemDefault());

  private final boolean isTimed;

  TextFormat(boolean isTimed) {
    this.isTimed = isTimed;
  }

  @Override
  public String line(LogRecord entry, Map<String, String> context) {
    StringBuilder line = new StringBuilder(160);
    if (isTimed) {
      TIME.formatTo(entry.getInstant(), line);
      line.append(' ');
    }
    LogLevel level = LogLevel.of(entry.getLevel());
    if (level != LogLevel.INFO) {
      line.append(level).append(' ');
    }
    String message = LogFormat.message(entry);
    if (isTimed) {
      line.append(shown(entry.getLoggerName()));
      message = message.stripLeading();
      String run = context.get(LogContext.RUN);
      if (run != null) {
        line.append(' ').append(shown(run));
      }
      String file = context.get(LogContext.FILE);
      if (file != null) {
        line.append(' ').append(shown(file));
        message = withoutName(message, file);
      }
      line.append(": ");
    }
    line.append(shown(message));
    appendTrace(line, entry.getThrown());
    return line.toString();
  }

  /** Most messages about a run begin with its file. */
  private static String withoutName(String message, String file) {
    boolean isNamed =
        message.startsWith(file)
            && message.length() > file.length() + 1
            && (message.charAt(file.length()) == ':' || message.charAt(file.length()) == ' ');
    return isNamed ? message.substring(file.length() + 1).stripLeading() : message;
  }

  /** Where a fault of ours happened is worth its lines; what the outside world did is not. */
  private static void appendTrace(StringBuilder line, Throwable thrown) {
    if (thrown == null) {
      return;
    }
    line.append(" (").append(shown(thrown.toString())).append(')');
    for (StackTraceElement frame : thrown.getStackTrace()) {
      if (frame.getClassName().startsWith("dev.geminibatch.")) {
        line.append("\n    at ").append(shown(frame.toString()));
      }
    }
  }

  /** What others wrote stays on its line, in what it says as in the names of loggers. */
  private static String shown(String text) {
    return Visible.line(LogFormat.shortened(text, LONGEST_MESSAGE));
  }
}
