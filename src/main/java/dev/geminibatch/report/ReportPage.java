package dev.geminibatch.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.geminibatch.answer.ShownLine;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.PrivateFiles;
import dev.geminibatch.media.MediaFile;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The report as one page that needs nothing else, but for the pictures, which it shows from where
 * they are on disk. Everything from outside is escaped, and the page allows no script but its own.
 */
public final class ReportPage implements ShownLine.Taker, Closeable {
  private final LineRows rows;

  /**
   * Begins.
   *
   * @param page where it will stand in the end, from where pictures are linked
   * @param rows for lines on their way into the page; removed by {@link #close}
   * @param media finds the file of a tag
   */
  public ReportPage(Path page, Path rows, Function<String, Optional<MediaFile>> media) {
    this.rows = new LineRows(page, rows, media);
  }

  @Override
  public boolean wants(boolean answered) {
    return rows.wants(answered);
  }

  @Override
  public void take(ShownLine line) throws IOException {
    rows.add(line);
  }

  /** Writes the page. */
  public void write(Report report, Path target) throws IOException {
    PageTemplate template = PageTemplate.read();
    Map<String, String> values =
        Map.of(
            "title",
            Html.escape(report.input()) + ": " + Amounts.count(report.answered()) + " answered",
            "summary",
            new ReportSummary(report, rows.causes()).html(),
            "shown",
            shown(report),
            "outcomes",
            outcomes());
    try (OutputStream to = new BufferedOutputStream(PrivateFiles.output(target))) {
      to.write(template.beforeRows(values).getBytes(UTF_8));
      rows.copyTo(to);
      to.write(template.afterRows().getBytes(UTF_8));
    }
  }

  private String outcomes() {
    StringBuilder options = new StringBuilder("<option>answered</option>");
    rows.causes()
        .keySet()
        .forEach(code -> options.append("<option>" + Html.escape(code) + "</option>"));
    return options.toString();
  }

  private String shown(Report report) {
    boolean isAll =
        rows.answeredShown() == report.answered() && rows.failedShown() == report.failed();
    return isAll
        ? "All of them, in the order of the input."
        : "The first "
            + Amounts.count(rows.answeredShown())
            + " answered and the first "
            + Amounts.count(rows.failedShown())
            + " others, in the order of the input; all are in the results and errors files.";
  }

  @Override
  public void close() throws IOException {
    rows.close();
  }
}
