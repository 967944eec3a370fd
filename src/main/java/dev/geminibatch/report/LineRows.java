package dev.geminibatch.report;

import dev.geminibatch.answer.ShownLine;
import dev.geminibatch.io.SpilledBytes;
import dev.geminibatch.line.LineProblem;
import dev.geminibatch.media.MediaFile;
import java.io.ByteArrayOutputStream;
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
 * each outcome at the most.
 */
final class LineRows implements Closeable {
  private static final int MOST_LINES = 2000;
  private static final int MOST_CAUSES = 50;
  private static final int MOST_EXAMPLES = 3;

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
    ByteArrayOutputStream row = new ByteArrayOutputStream();
    ReportPage.PAGES.write("row", row(line), row);
    rows.write(row.toByteArray());
  }

  private void note(long line, LineProblem problem) {
    if (!causes.containsKey(problem.code()) && causes.size() >= MOST_CAUSES) {
      return;
    }
    Cause cause =
        causes.computeIfAbsent(problem.code(), code -> new Cause(problem, new ArrayList<>()));
    if (cause.examples().size() < MOST_EXAMPLES) {
      cause.examples().add("line " + line + ": " + LineRow.shortened(problem.message()));
    }
  }

  private LineRow row(ShownLine line) {
    Optional<LineProblem> problem = line.problem();
    return new LineRow(
        line.number(),
        line.key(),
        problem.map(LineProblem::code).orElse("answered"),
        LineRow.kind(problem.isEmpty(), problem.map(LineProblem::retryable).orElse(false)),
        line.tags().stream().map(this::file).toList(),
        problem.map(LineProblem::message).map(LineRow::shortened).orElse(""),
        LineRow.shortened(line.text()));
  }

  private LineRow.File file(String tag) {
    return media
        .apply(tag)
        .map(
            file ->
                new LineRow.File(tag, address(file.path()), file.mimeType().startsWith("image/")))
        .orElseGet(() -> new LineRow.File(tag, null, false));
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
