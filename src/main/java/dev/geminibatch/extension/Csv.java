package dev.geminibatch.extension;

import java.text.Normalizer;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.commons.csv.CSVFormat;

/**
 * Makes rows of tables, for users' routes.
 *
 * <p>What a spreadsheet would take for a formula gets an apostrophe before it: a key or an answer
 * may be anybody's, and a formula can read other cells and send them away. Numbers stay numbers.
 */
public final class Csv {
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(?=[.,]?\\d)(\\d{1,3}(,\\d{3})+|\\d+)?([.,]\\d+)?([eE][+-]?\\d+)?%?");

  private static final String BEGINS_A_FORMULA = "=+-@\u2212";
  private static final String QUOTES = "\"'`\u00B4\u2018\u2019\u201C\u201D";

  /** The first row, from names with commas between them. */
  public String titles(String names) {
    return row(List.of(names.split(" *, *")));
  }

  /** One row, line end included, as RFC 4180 has it. */
  public String row(List<?> fields) {
    return CSVFormat.RFC4180.format(fields.stream().map(Csv::guarded).toArray()) + "\r\n";
  }

  private static Object guarded(Object field) {
    return field instanceof CharSequence text && isFormula(text.toString()) ? "'" + text : field;
  }

  private static boolean isFormula(String text) {
    if (text.isEmpty() || text.length() < 100 && NUMBER.matcher(text.strip()).matches()) {
      return false;
    }
    char first = text.charAt(0);
    if (first == '\t' || first == '\r' || first == '\n') {
      return true;
    }
    int at = 0;
    while (at < text.length() && isPassedOver(text.charAt(at))) {
      at++;
    }
    // Full-width and small forms are the same to some programs.
    String shown =
        at == text.length()
            ? ""
            : Normalizer.normalize(text.substring(at, at + 1), Normalizer.Form.NFKC);
    return !shown.isEmpty() && BEGINS_A_FORMULA.indexOf(shown.charAt(0)) >= 0;
  }

  /** Blanks, quotes, and what cannot be seen. */
  private static boolean isPassedOver(char c) {
    return Character.isWhitespace(c)
        || Character.isSpaceChar(c)
        || Character.isISOControl(c)
        || Character.getType(c) == Character.FORMAT
        || QUOTES.indexOf(c) >= 0;
  }
}
