package dev.geminibatch.logging;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.service.Redactor;
import java.util.Map;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;
import java.util.logging.SimpleFormatter;

/** How a record is written on a line. */
interface LogFormat {
  /** In characters. What others say may be of any length; nobody reads more than this. */
  int LONGEST_MESSAGE = 4_000;

  int LONGEST_TRACE = 20_000;

  /** Puts the parameters into messages of java.util.logging. */
  Formatter MESSAGES = new SimpleFormatter();

  /**
   * The record without any secret, without an end of line.
   *
   * @param context what the thread that logs has noted
   */
  String line(LogRecord entry, Map<String, String> context);

  /** The message of a record, with what its parameters say. */
  static String message(LogRecord entry) {
    return String.valueOf(
        entry.getParameters() == null ? entry.getMessage() : MESSAGES.formatMessage(entry));
  }

  /** Keys are taken out before a text is cut in two, and with it perhaps a key. */
  static String shortened(String text, int most) {
    return Amounts.shortened(Redactor.redact(String.valueOf(text)), most);
  }
}
