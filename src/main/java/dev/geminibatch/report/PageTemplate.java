package dev.geminibatch.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.geminibatch.io.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.util.Base64;
import java.util.Map;

/** The frame of the page, and its script, which is the only one that its policy allows. */
final class PageTemplate {
  private final String beforeRows;
  private final String afterRows;

  private static PageTemplate known;

  private PageTemplate(String beforeRows, String afterRows) {
    this.beforeRows = beforeRows;
    this.afterRows = afterRows;
  }

  /** It is the same for every page, and small. */
  static synchronized PageTemplate read() throws IOException {
    if (known == null) {
      known = of(resource("report.html"), resource("report.js"));
    }
    return known;
  }

  private static PageTemplate of(String page, String script) {
    String hash =
        Base64.getEncoder().encodeToString(Sha256.digest().digest(script.getBytes(UTF_8)));
    String[] halves = page.replace("{{script-hash}}", "sha256-" + hash).split("\\{\\{rows}}", 2);
    return new PageTemplate(halves[0], halves[1].replace("{{script}}", script));
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = PageTemplate.class.getResourceAsStream("/report/" + name)) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  /**
   * What stands before the rows. Each value is put in once, so that nothing in a value is taken for
   * a place of another.
   */
  String beforeRows(Map<String, String> values) {
    StringBuilder page = new StringBuilder();
    int from = 0;
    while (true) {
      int open = beforeRows.indexOf("{{", from);
      if (open < 0) {
        return page.append(beforeRows, from, beforeRows.length()).toString();
      }
      int close = beforeRows.indexOf("}}", open);
      page.append(beforeRows, from, open);
      page.append(values.get(beforeRows.substring(open + 2, close)));
      from = close + 2;
    }
  }

  /** What stands behind the rows. */
  String afterRows() {
    return afterRows;
  }
}
