package dev.geminibatch.report;

import dev.geminibatch.answer.ShownLine;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.PrivateFiles;
import dev.geminibatch.media.MediaFile;
import dev.geminibatch.page.Look;
import dev.geminibatch.page.Pages;
import gg.jte.Content;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The report as one page that needs nothing else, but for the pictures, which it shows from where
 * they are on disk. Everything from outside is escaped, and the page allows no script but its own.
 */
public final class ReportPage implements ShownLine.Taker, Closeable {
  static final Pages PAGES = Pages.of(ReportPage.class);

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

  /**
   * All of the page.
   *
   * @param shown which lines it has, in words
   * @param outcomes of lines that have no answer
   * @param rows of the lines
   */
  record View(Look look, ReportSummary summary, String shown, Set<String> outcomes, Content rows) {}

  /** Writes the page. */
  public void write(Report report, Path target) throws IOException {
    try (OutputStream to = new BufferedOutputStream(PrivateFiles.output(target))) {
      View view =
          new View(
              Look.read(ReportPage.class, "/report/lines.js"),
              new ReportSummary(report, rows.causes()),
              shown(report),
              rows.causes().keySet(),
              output -> copyRows(to));
      PAGES.write("page", view, to);
    }
  }

  private void copyRows(OutputStream to) {
    try {
      rows.copyTo(to);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
