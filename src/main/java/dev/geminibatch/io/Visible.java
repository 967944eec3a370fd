package dev.geminibatch.io;

import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Texts as a person may see them, whoever wrote them: on a terminal, in a log, in a page or a mail.
 *
 * <p>What steers a terminal, breaks a line, turns the direction of writing or cannot be seen at all
 * is written as JSON and Java do it: {@code \n}, {@code \u001B}, {@code \u202E}. So a text cannot
 * pretend to be another one, and JSON that passes here keeps its meaning. Letters of all scripts
 * stay as they are, with their marks and the joiners that Persian and emoji are written with.
 */
public final class Visible {
  private static final String INDENT = "    ";
  private static final int TAGS_FIRST = 0xE0000;
  private static final int TAGS_LAST = 0xE007F;

  private Visible() {}

  /** One line: whatever is in the text, it stays on it. */
  public static String line(String text) {
    return escaped(text, "");
  }

  /**
   * Several lines, all but the first one indented, so that none of them looks like a line of its
   * own.
   */
  public static String lines(String text) {
    return text.indexOf('\n') < 0
        ? line(text)
        : text.lines()
            .map(line -> (line.startsWith("  ") ? "" : INDENT) + line(line))
            .collect(Collectors.joining("\n"))
            .substring(text.startsWith("  ") ? 0 : INDENT.length());
  }

  /** A text whose lines are meant as they are, such as a document in JSON. */
  public static String document(String text) {
    return escaped(text, "\n");
  }

  /** A text in a page, where line ends and tabs are only space. */
  public static String page(String text) {
    return escaped(text.replace("\r\n", "\n"), "\n\t");
  }

  private static String escaped(String text, String kept) {
    int at = 0;
    while (at < text.length() && isPlain(text.charAt(at))) {
      at++;
    }
    if (at == text.length()) {
      return text; // nearly always
    }
    StringBuilder shown = new StringBuilder(text.length() + 16).append(text, 0, at);
    while (at < text.length()) {
      int c = text.codePointAt(at);
      at += Character.charCount(c);
      if (kept.indexOf(c) >= 0 || isSeen(c)) {
        shown.appendCodePoint(c);
      } else {
        append(shown, c);
      }
    }
    return shown.toString();
  }

  private static boolean isPlain(char c) {
    return c >= ' ' && c < 0x7F || c > 0xA0 && c < 0x600 && c != 0xAD;
  }

  private static void append(StringBuilder shown, int c) {
    switch (c) {
      case '\n' -> shown.append("\\n");
      case '\r' -> shown.append("\\r");
      case '\t' -> shown.append("\\t");
      default -> {
        for (char unit : Character.toChars(c)) {
          shown.append(String.format(Locale.ROOT, "\\u%04X", (int) unit));
        }
      }
    }
  }

  /** Whether a character ends a line or steers a terminal. */
  public static boolean isControl(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
      default -> false;
    };
  }

  /** Whether a person sees a character, or what it does to the letters beside it. */
  public static boolean isSeen(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL, Character.SURROGATE -> false;
      case Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> false;
      case Character.FORMAT -> isJoiner(c) || isNumberSign(c);
      case Character.UNASSIGNED -> !isNeverLetter(c);
      default -> c != 0x3164 && c != 0xFFA0; // fillers, which look like nothing
    };
  }

  /** Between letters of Persian and Indian scripts, and within emoji. */
  private static boolean isJoiner(int c) {
    return c == 0x200C || c == 0x200D;
  }

  /** Signs of Arabic, Syriac and Kaithi that are seen, although they are counted as formats. */
  private static boolean isNumberSign(int c) {
    return c >= 0x600 && c <= 0x605
        || c == 0x6DD
        || c == 0x70F
        || c == 0x890
        || c == 0x891
        || c == 0x8E2
        || c == 0x110BD
        || c == 0x110CD;
  }

  /** A letter may be newer than this Java; these never become one. */
  private static boolean isNeverLetter(int c) {
    return c >= TAGS_FIRST && c <= TAGS_LAST
        || c >= 0xE01F0 && c <= 0xE0FFF
        || c >= 0xFDD0 && c <= 0xFDEF
        || c >= 0xFFF0 && c <= 0xFFF8
        || c == 0x2065
        || (c & 0xFFFE) == 0xFFFE;
  }
}
