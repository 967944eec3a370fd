package dev.geminibatch.report;

import static dev.geminibatch.testkit.Golden.assertGolden;

import dev.geminibatch.answer.ShownLine;
import dev.geminibatch.line.ProblemCode;
import dev.geminibatch.media.MediaFile;
import dev.geminibatch.run.StateFolder;
import dev.geminibatch.testkit.SampleRuns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The report of a run as it is published, for programs and for a browser. */
class ReportGoldenTest {
  @TempDir private Path folder;
  private StateFolder state;
  private Report report;

  @BeforeEach
  void report() throws IOException {
    state = new StateFolder(folder.resolve("state"));
    try (SampleRuns runs = new SampleRuns(state)) {
      report = runs.report();
    }
  }

  @Test
  void the_report_for_programs() throws IOException {
    assertGolden("report.json", Files.readString(state.run(SampleRuns.DELIVERED).report()));
  }

  @Test
  void the_report_for_a_browser() throws IOException {
    Path page = folder.resolve("outbox/report.html");
    Files.createDirectories(page.getParent());
    try (ReportPage writer = new ReportPage(page, folder.resolve("rows"), this::media)) {
      writer.take(
          shown(1, "a", "picture 1.png", Optional.empty(), "שלום <script>alert(1)</script>"));
      writer.take(shown(2, "<b>", "none.png", Optional.of(ProblemCode.FILE_MISSING), ""));
      writer.take(shown(3, "c & d", "picture 1.png", Optional.of(ProblemCode.NO_ANSWER), ""));
      writer.write(report, page);
    }

    assertGolden("report.html", Files.readString(page));
  }

  private Optional<MediaFile> media(String tag) {
    return tag.equals("none.png")
        ? Optional.empty()
        : Optional.of(new MediaFile(folder.resolve("media").resolve(tag), "aa", 3, "image/png"));
  }

  private static ShownLine shown(
      long number, String key, String tag, Optional<ProblemCode> code, String text) {
    return new ShownLine(
        number,
        key,
        List.of(tag),
        code.map(each -> each.problem("what is wrong with <" + tag + ">")),
        text);
  }
}
