package dev.geminibatch.report;

import dev.geminibatch.io.Visible;

/** Text for a page; whatever it holds, it stays text. */
final class Html {
  private Html() {}

  /** For the content of an element and for a quoted attribute. */
  static String escape(String text) {
    StringBuilder html = new StringBuilder(text.length() + 16);
    for (char c : Visible.page(text).toCharArray()) {
      switch (c) {
        case '&' -> html.append("&amp;");
        case '<' -> html.append("&lt;");
        case '>' -> html.append("&gt;");
        case '"' -> html.append("&quot;");
        case '\'' -> html.append("&#39;");
        default -> html.append(c);
      }
    }
    return html.toString();
  }
}
