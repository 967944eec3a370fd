package dev.geminibatch.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.answer.ShownLine;
import dev.geminibatch.line.LineProblem;
import dev.geminibatch.line.ProblemCode;
import dev.geminibatch.media.MediaFile;
import dev.geminibatch.run.StateFolder;
import dev.geminibatch.testkit.SampleRuns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportPageTest {
  private static final String HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>";

  @TempDir private Path folder;

  private String page(ShownLine... lines) throws IOException {
    Path page = folder.resolve("report.html");
    try (SampleRuns runs = new SampleRuns(new StateFolder(folder.resolve("state")));
        ReportPage writer = new ReportPage(page, folder.resolve("rows"), this::media)) {
      for (ShownLine line : lines) {
        writer.take(line);
      }
      writer.write(runs.report(), page);
    }
    return Files.readString(page);
  }

  private Optional<MediaFile> media(String tag) {
    return tag.startsWith("none")
        ? Optional.empty()
        : Optional.of(new MediaFile(folder.resolve("x y.png"), "aa", 3, "image/png"));
  }

  private static ShownLine line(String text, Optional<LineProblem> problem) {
    return new ShownLine(1, text, List.of(text, "none" + text), problem, text);
  }

  @Test
  void nothing_that_a_line_holds_becomes_markup() throws IOException {
    LineProblem problem = ProblemCode.NO_ANSWER.problem(HOSTILE);

    String page = page(line(HOSTILE, Optional.empty()), line(HOSTILE, Optional.of(problem)));

    assertThat(page).doesNotContain("<script>alert", "<img src=x").contains("&lt;script&gt;alert");
    assertThat(page.split("<script", -1)).hasSize(2); // the page's own
  }

  @Test
  void what_cannot_be_seen_is_made_visible() throws IOException {
    String page = page(line("a\u202Eb\u0000c", Optional.empty()));

    assertThat(page).doesNotContain("\u202E", "\u0000");
  }

  @Test
  void a_thousand_lines_are_written_aside_and_are_all_in_the_page() throws IOException {
    ShownLine[] lines = new ShownLine[1000];
    for (int i = 0; i < lines.length; i++) {
      lines[i] = line("x".repeat(100) + i, Optional.empty());
    }

    String page = page(lines);

    assertThat(page).containsSubsequence("x0</td>", "x500</td>", "x999</td>", "</tbody>");
  }
}
