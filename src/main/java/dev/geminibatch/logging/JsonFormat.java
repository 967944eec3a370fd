package dev.geminibatch.logging;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.geminibatch.io.Visible;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.logging.LogRecord;

/**
 * An object a line, with the field names of the Elastic Common Schema, in the order that its
 * specification for logging asks for. What the context has is a label, but for the file.
 *
 * <p>A lone half of a character is written as the text <code>&#92;uD83D</code>: no encoding has it,
 * and some readers of JSON refuse the whole line for it.
 */
final class JsonFormat implements LogFormat {
  private static final int LONGEST_NAME = 100;
  private static final String SCHEMA = "8.11.0";
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private final String service;

  /**
   * @param version of the program; null if it is not known
   */
  JsonFormat(String version) {
    StringBuilder fields = new StringBuilder();
    field(fields, "ecs.version", SCHEMA);
    field(fields, "service.name", "gemini-batch");
    if (version != null) {
      field(fields, "service.version", version);
    }
    this.service = fields.toString();
  }

  @Override
  public String line(LogRecord entry, Map<String, String> context) {
    StringBuilder line = new StringBuilder(400);
    line.append("{\"@timestamp\":\"");
    TIME.formatTo(entry.getInstant(), line);
    line.append('"');
    field(line, "log.level", LogLevel.of(entry.getLevel()).name());
    field(line, "message", LogFormat.message(entry).stripLeading());
    line.append(service);
    field(line, "log.logger", String.valueOf(entry.getLoggerName()));
    field(line, "process.thread.name", Thread.currentThread().getName());
    context(line, context);
    if (entry.getThrown() != null) {
      error(line, entry.getThrown());
    }
    return Visible.line(line.append('}').toString());
  }

  private static void context(StringBuilder line, Map<String, String> context) {
    if (context.get(LogContext.FILE) != null) {
      field(line, LogContext.FILE, context.get(LogContext.FILE));
    }
    StringBuilder labels = new StringBuilder();
    context.forEach(
        (key, value) -> {
          if (!key.equals(LogContext.FILE) && value != null) {
            String name = key.replace('.', '_'); // the schema allows no dot there
            field(labels, quoted(name, LONGEST_NAME).toString(), value);
          }
        });
    if (!labels.isEmpty()) {
      line.append(",\"labels\":{").append(labels, 1, labels.length()).append('}');
    }
  }

  private static void error(StringBuilder line, Throwable thrown) {
    field(line, "error.type", thrown.getClass().getName());
    if (thrown.getMessage() != null) {
      field(line, "error.message", thrown.getMessage());
    }
    StringWriter trace = new StringWriter();
    thrown.printStackTrace(new PrintWriter(trace));
    field(line, "error.stack_trace", trace.toString(), LONGEST_TRACE);
  }

  private static void field(StringBuilder line, String name, String value) {
    field(line, name, value, LONGEST_MESSAGE);
  }

  private static void field(StringBuilder line, String name, String value, int most) {
    line.append(",\"").append(name).append("\":\"").append(quoted(value, most)).append('"');
  }

  private static CharSequence quoted(String text, int most) {
    StringBuilder quoted = new StringBuilder(text.length() + 16);
    JsonStringEncoder.getInstance().quoteAsString(whole(LogFormat.shortened(text, most)), quoted);
    return quoted;
  }

  /** The text without halves of characters. */
  private static CharSequence whole(String text) {
    StringBuilder whole = null;
    for (int i = 0; i < text.length(); i++) {
      char unit = text.charAt(i);
      boolean isPair =
          Character.isHighSurrogate(unit)
              && i + 1 < text.length()
              && Character.isLowSurrogate(text.charAt(i + 1));
      if (Character.isSurrogate(unit) && !isPair) {
        whole = whole == null ? new StringBuilder(text.substring(0, i)) : whole;
        whole.append("\\u").append(Integer.toHexString(unit).toUpperCase(Locale.ROOT));
        continue;
      }
      int units = isPair ? 2 : 1;
      if (whole != null) {
        whole.append(text, i, i + units);
      }
      i += units - 1;
    }
    return whole == null ? text : whole;
  }
}
