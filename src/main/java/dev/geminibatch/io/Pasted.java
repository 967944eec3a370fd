package dev.geminibatch.io;

import java.util.List;

/**
 * What people copy along with a value: quotes around it, a byte order mark, and characters that
 * nobody sees.
 */
public final class Pasted {
  /** Byte order mark, zero-width spaces and joiners, direction marks, no-break space. */
  private static final String INVISIBLE =
      "\uFEFF\u200B\u200C\u200D\u200E\u200F\u202A\u202B\u202C\u2060\u00A0";

  /** Opening and closing quotes, also the ones that word processors put in their place. */
  private static final List<String> QUOTES =
      List.of("\"\"", "''", "``", "“”", "„“", "‘’", "‚‘", "«»");

  private Pasted() {}

  /** Whether it opens or closes a quotation. */
  public static boolean isQuote(char c) {
    return QUOTES.stream().anyMatch(pair -> pair.indexOf(c) >= 0);
  }

  /** The value alone: without space and what is invisible around it, and without its quotes. */
  public static String clean(String text) {
    String stripped = strip(text);
    for (String pair : QUOTES) {
      boolean isQuoted =
          stripped.length() >= 2
              && stripped.charAt(0) == pair.charAt(0)
              && stripped.charAt(stripped.length() - 1) == pair.charAt(1);
      if (isQuoted) {
        return strip(stripped.substring(1, stripped.length() - 1));
      }
    }
    return stripped;
  }

  private static String strip(String text) {
    int from = 0;
    int to = text.length();
    while (from < to && isBlank(text.charAt(from))) {
      from++;
    }
    while (from < to && isBlank(text.charAt(to - 1))) {
      to--;
    }
    return text.substring(from, to);
  }

  private static boolean isBlank(char c) {
    return c <= ' ' || Character.isWhitespace(c) || INVISIBLE.indexOf(c) >= 0;
  }
}
