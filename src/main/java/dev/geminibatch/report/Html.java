package dev.geminibatch.report;

/** Text for a page; whatever it holds, it stays text. */
final class Html {
  private Html() {}

  /** For the content of an element and for a quoted attribute. */
  static String escape(String text) {
    StringBuilder html = new StringBuilder(text.length() + 16);
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '&' -> html.append("&amp;");
                case '<' -> html.append("&lt;");
                case '>' -> html.append("&gt;");
                case '"' -> html.append("&quot;");
                case '\'' -> html.append("&#39;");
                case '\n', '\t' -> html.appendCodePoint(c);
                default -> html.appendCodePoint(isText(c) ? c : 0xFFFD);
              }
            });
    return html.toString();
  }

  /** Control characters and halves of surrogate pairs have no place in a page. */
  private static boolean isText(int c) {
    return !Character.isISOControl(c) && !(c >= 0xD800 && c <= 0xDFFF);
  }
}
