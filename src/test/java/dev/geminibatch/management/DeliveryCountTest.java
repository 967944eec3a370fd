package dev.geminibatch.management;

import static dev.geminibatch.testkit.Samples.answer;
import static dev.geminibatch.testkit.Samples.nativeLine;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.cost.Prices;
import dev.geminibatch.extension.Delivery;
import dev.geminibatch.line.RequestReader;
import dev.geminibatch.report.Reports;
import dev.geminibatch.run.Progress;
import dev.geminibatch.run.RunFailure;
import dev.geminibatch.stage.StageContext;
import dev.geminibatch.stage.collect.Collector;
import dev.geminibatch.stage.collect.RetryPlanner;
import dev.geminibatch.stage.deliver.Deliverer;
import dev.geminibatch.stage.fail.FailureHandler;
import dev.geminibatch.testkit.FakeService;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stage that is run again counts what it has done once. */
class DeliveryCountTest {
  private static final Prices NO_PRICES = new Prices("", "USD", Map.of());
  private static final String DEFAULT = "profile=default";

  @TempDir Path folder;
  private StageFixture fixture;
  private Tally tally;
  private StageContext context;
  private Deliverer deliverer;

  @BeforeEach
  void open() throws IOException {
    fixture = StageFixture.open(folder, new FakeService());
    tally = new Tally(() -> NO_PRICES, fixture.clock());
    StageContext quiet = fixture.context();
    context =
        new StageContext(
            quiet.ledger(),
            quiet.leases(),
            quiet.busy(),
            quiet.settings(),
            quiet.connections(),
            quiet.accounts(),
            quiet.clock(),
            fixture.workspace().work().watching(tally.watching(Progress.none())));
    Reports reports = new Reports(quiet.ledger(), quiet.state(), NO_PRICES, quiet.clock());
    deliverer = new Deliverer(context, reports, new RequestReader());
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  private Scrape scrape() {
    return Scrape.of(tally, new Samples());
  }

  /** A run of two lines of which one has an answer. */
  private String collected() throws IOException {
    String run = fixture.assembled("x.jsonl", nativeLine("a", "one"), nativeLine("b", "two"));
    fixture.submit(run);
    fixture.ended(run, 1, null);
    java.nio.file.Files.writeString(fixture.folderOf(run).answers(1), answer("a", "yes") + "\n");
    return run;
  }

  @Test
  void a_delivery_that_is_repeated_until_everybody_is_notified_counts_once() throws IOException {
    String run = collected();
    Collector collector = new Collector(context, new RetryPlanner(context, new RequestReader()));
    while (!collector.collect(run)) {
      // another attempt for the line without an answer
      fixture.assemble(run);
      fixture.submit(run);
      int job = fixture.jobs().of(run).size();
      fixture.ended(run, job, null);
      java.nio.file.Files.writeString(fixture.folderOf(run).answers(job), "");
    }
    deliverer.deliver(run);
    assertThat(scrape().series()).noneMatch(each -> each.startsWith("gemini_batch_lines"));

    Delivery again = deliverer.deliver(run);
    deliverer.finish(again);
    assertThatThrownBy(() -> deliverer.finish(again)).isInstanceOf(IllegalStateException.class);

    Scrape scrape = scrape();
    assertThat(scrape.value("gemini_batch_files_delivered_total", DEFAULT)).isEqualTo(1);
    assertThat(scrape.value("gemini_batch_lines_answered_total", DEFAULT)).isEqualTo(1);
    assertThat(scrape.value("gemini_batch_lines_failed_total", DEFAULT, "code=no-answer"))
        .isEqualTo(1);
  }

  @Test
  void a_failed_file_counts_once() throws IOException {
    String run = fixture.dropped("bad.jsonl", "{}");
    FailureHandler failures = new FailureHandler(context);
    failures.take(run, new RunFailure("no line can be sent"), null);

    assertThat(scrape().value("gemini_batch_files_failed_total", DEFAULT)).isEqualTo(1);
  }
}
