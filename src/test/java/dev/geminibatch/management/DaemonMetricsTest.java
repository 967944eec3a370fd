package dev.geminibatch.management;

import dev.geminibatch.service.ProjectId;
import dev.geminibatch.testkit.Samples;
import dev.geminibatch.testkit.Workshop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is scraped while files are on their way through the real routes, and afterwards. */
@Tag("camel")
class DaemonMetricsTest {
  private static final String MODEL = "gemini-3-flash-preview";
  private static final String PREFIX = "gemini_batch_";

  @TempDir static Path folder;

  private static Workshop workshop;
  private static Scrape during;
  private static Scrape after;

  @BeforeAll
  static void runs_some_files() throws IOException {
    workshop = Workshop.open(folder);
    workshop.sandbox().faults().add("batch-list status=503 times=1");
    workshop.sandbox().faults().add("upload-start status=503 times=2");
    workshop.media("a.png", Samples.png("1"));
    workshop.media("b.png", Samples.png("2"));
    DaemonMetrics metrics =
        new DaemonMetrics(
            workshop.tally(), workshop.workspace(), workshop.beans().accounts(), () -> true, "1.2");
    workshop.drop(
        "x.jsonl",
        Samples.nativeLine("a", "[[FILE:a.png]]"),
        Samples.nativeLine("b", "[[FILE:b.png]]"),
        "{oops");
    workshop.awaitJobs(1);
    ProjectId project = workshop.workspace().connection().project();
    workshop.ledger().limits().accepted(project, MODEL, 1000);
    workshop.ledger().limits().refused(project, MODEL, 5000);
    during = Scrape.of(metrics);
    workshop.awaitRuns(1);
    workshop.drop("y.jsonl", Samples.nativeLine("c", "[[FILE:a.png]] again"));
    workshop.drop("bad.jsonl", "nothing", "of use");
    Files.createDirectory(folder.resolve("inbox/stray"));
    workshop.awaitJobs(2);
    workshop.awaitRuns(3);
    DaemonMetrics fresh =
        new DaemonMetrics(
            workshop.tally(), workshop.workspace(), workshop.beans().accounts(), () -> false, "1");
    after = Scrape.of(fresh);
  }

  @AfterAll
  static void close() throws IOException {
    workshop.close();
  }

  @Test
  void shows() {
    System.out.println(during.text());
    System.out.println("=========");
    System.out.println(after.text());
  }
}
