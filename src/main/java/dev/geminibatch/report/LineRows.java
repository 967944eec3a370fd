package dev.geminibatch.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.geminibatch.answer.ShownLine;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.SpilledBytes;
import dev.geminibatch.line.LineProblem;
import dev.geminibatch.media.MediaFile;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Rows for the lines of a run, many of them written aside so that memory does not grow; so many of
 * each outcome at the most. Everything from outside is escaped.
 */
final class LineRows implements Closeable {
  private static final int MOST_LINES = 2000;
  private static final int MOST_CAUSES = 50;
  private static final int MOST_EXAMPLES = 3;
  static final int LONGEST_TEXT = 5000;

  private final Path page;
  private final Function<String, Optional<MediaFile>> media;
  private final SpilledBytes rows;
  private final Map<String, Cause> causes = new TreeMap<>();
  private int answeredShown;
  private int failedShown;

  /** What failed for one reason, as far as it is shown. */
  record Cause(LineProblem first, List<String> examples) {}

  /**
   * Begins.
   *
   * @param page where the page will stand in the end, from where pictures are linked
   * @param rows for many lines on their way into the page; removed by {@link #close}
   * @param media finds the file of a tag
   */
  LineRows(Path page, Path rows, Function<String, Optional<MediaFile>> media) {
    this.page = page;
    this.media = media;
    this.rows = new SpilledBytes(rows);
  }

  boolean wants(boolean answered) {
    return (answered ? answeredShown : failedShown) < MOST_LINES;
  }

  void add(ShownLine line) throws IOException {
    if (line.problem().isEmpty()) {
      answeredShown++;
    } else {
      failedShown++;
      note(line.number(), line.problem().get());
    }
    rows.write(row(line).getBytes(UTF_8));
  }

  private void note(long line, LineProblem problem) {
    if (!causes.containsKey(problem.code()) && causes.size() >= MOST_CAUSES) {
      return;
    }
    Cause cause =
        causes.computeIfAbsent(problem.code(), code -> new Cause(problem, new ArrayList<>()));
    if (cause.examples().size() < MOST_EXAMPLES) {
      cause
          .examples()
          .add("line " + line + ": " + Amounts.shortened(problem.message(), LONGEST_TEXT));
    }
  }

  private String row(ShownLine line) {
    String outcome = line.problem().map(LineProblem::code).orElse("answered");
    StringBuilder row = new StringBuilder();
    row.append("<tr data-outcome=\"").append(Html.escape(outcome)).append("\"><td class=\"n\">");
    row.append(line.number()).append("</td><td dir=\"auto\">").append(Html.escape(line.key()));
    row.append("</td><td>").append(tag(outcome, line.problem())).append("</td><td>");
    line.tags().forEach(tag -> row.append(file(tag)));
    row.append("</td><td>");
    line.problem().ifPresent(p -> row.append(shortened(p.message())));
    if (!line.text().isEmpty()) {
      row.append("<pre dir=\"auto\">").append(shortened(line.text())).append("</pre>");
    }
    return row.append("</td></tr>\n").toString();
  }

  private static String shortened(String text) {
    return Html.escape(Amounts.shortened(text, LONGEST_TEXT));
  }

  /** An outcome as a coloured word. */
  static String tag(String outcome, Optional<LineProblem> problem) {
    return "<span class=\"tag "
        + kind(problem.isEmpty(), problem.map(LineProblem::retryable).orElse(false))
        + "\">"
        + Html.escape(outcome)
        + "</span>";
  }

  /** The class that gives an outcome its colour. */
  static String kind(boolean answered, boolean retryable) {
    if (answered) {
      return "answered";
    }
    return retryable ? "again" : "final";
  }

  private String file(String tag) {
    String name = Html.escape(tag);
    Optional<MediaFile> file = media.apply(tag);
    if (file.isEmpty()) {
      return "<div>" + name + "</div>";
    }
    String address = Html.escape(address(file.get().path()));
    String preview =
        file.get().mimeType().startsWith("image/")
            ? "<img loading=\"lazy\" alt=\"\" src=\"" + address + "\">"
            : "";
    return "<a href=\"" + address + "\">" + preview + name + "</a>";
  }

  /** Relative where that is possible, so that folders may be moved together. */
  private String address(Path file) {
    Path folder = page.toAbsolutePath().normalize().getParent();
    if (!folder.getRoot().equals(file.getRoot())) {
      return file.toUri().toString();
    }
    StringBuilder address = new StringBuilder("."); // else "a:b.png" would be of a scheme "a"
    for (Path part : folder.relativize(file)) {
      address.append('/').append(encoded(part.toString()));
    }
    return address.toString();
  }

  private static String encoded(String name) {
    try {
      return new URI(null, null, "/" + name, null).toASCIIString().substring(1);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** Why lines failed, as far as it is shown. */
  Map<String, Cause> causes() {
    return causes;
  }

  int answeredShown() {
    return answeredShown;
  }

  int failedShown() {
    return failedShown;
  }

  /** Copies the rows into the page; no row can be added any more. */
  void copyTo(OutputStream to) throws IOException {
    rows.copyTo(to);
  }

  @Override
  public void close() throws IOException {
    rows.close();
  }
}
