package dev.geminibatch.stage.inspect;

import static dev.geminibatch.testkit.Samples.nativeLine;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.run.RunFailure;
import dev.geminibatch.run.RunState;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.stage.receive.Receiver;
import dev.geminibatch.testkit.FakeService;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A line that is over a limit by itself is reported when lines are checked. */
class OverQuotaTest {
  private static final String MODEL = "gemini-3-flash-preview";
  private static final String LARGE = nativeLine("large", "x".repeat(160_000)); // 40,000 tokens
  private static final String LINES = nativeLine("a", "x") + "\n" + LARGE + "\n";

  @TempDir Path folder;
  private final FakeService service = new FakeService();
  private StageFixture fixture;

  @BeforeEach
  void writeLimits() throws IOException {
    Files.createDirectory(folder.resolve("config"));
    Files.writeString(
        folder.resolve("config/limits.json"),
        "{\"enqueuedTokens\": {\"gemini-3-flash\": {\"1\": 20000}}}");
    fixture = StageFixture.open(folder, service);
  }

  private void reopen(String... settings) throws IOException {
    fixture.close();
    fixture = StageFixture.open(folder, service, settings);
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  private String inspected(String lines) throws IOException {
    String run = fixture.dropped("x.jsonl", lines);
    fixture.inspect(run);
    return run;
  }

  private void assertReported(String run) throws IOException {
    assertThat(Files.readString(fixture.folderOf(run).badLines()))
        .contains("\"line\":2", "over-quota", "40,0", "20,000");
    assertThat(Files.readString(fixture.folderOf(run).preflight())).contains("\"bad\":1");
    assertThat(fixture.run(run).counts().rejected()).isEqualTo(1);
    assertThat(service.calls()).isEmpty();
  }

  @Test
  void with_a_tier_it_is_reported_before_anything_is_sent() throws IOException {
    reopen("service.tier=1");

    assertReported(inspected(LINES));
  }

  @Test
  void with_a_number_of_tokens_for_a_job_likewise() throws IOException {
    reopen("job.max-tokens=20k");

    assertReported(inspected(LINES));
  }

  @Test
  void with_what_was_learned_likewise() throws IOException {
    fixture.context().room().accepted(project(), MODEL, 20_000);
    fixture.context().room().refused(project(), MODEL, 21_000);
    fixture.context().room().refused(project(), MODEL, 21_000);

    assertReported(inspected(LINES));
  }

  @Test
  void in_a_dry_run_likewise() throws IOException {
    reopen("service.tier=1");
    Path file = Files.writeString(folder.resolve("x.jsonl"), LINES);
    Receiver.Order order =
        new Receiver.Order(file, folder.resolve("o.jsonl"), Optional.empty(), false, true);
    String run = fixture.receiver().receive(order);
    fixture.inspect(run);

    assertReported(run);
  }

  @Test
  void a_line_of_another_model_has_another_limit() throws IOException {
    reopen("service.tier=1");
    String other = LARGE.replace("{\"key\"", "{\"model\": \"gemini-2.5-pro\", \"key\"");

    assertThat(other).isNotEqualTo(LARGE);
    assertThat(fixture.run(inspected(other + "\n")).counts().rejected()).isZero();
  }

  @Test
  void where_nothing_is_certain_nothing_is_reported() throws IOException {
    assertThat(fixture.run(inspected(LINES)).counts().rejected()).isZero();

    fixture.context().room().refused(project(), MODEL, 21_000);
    assertThat(fixture.run(inspected(LINES + nativeLine("b", "x"))).counts().rejected()).isZero();
  }

  @Test
  void a_file_of_nothing_else_fails_and_says_why() throws IOException {
    reopen("service.tier=1");
    String run = fixture.dropped("x.jsonl", LARGE + "\n");

    assertThatThrownBy(() -> fixture.inspect(run))
        .isInstanceOf(RunFailure.class)
        .hasMessageContaining("line 1: the line alone has about 40,0")
        .hasMessageContaining("20,000 may be enqueued for " + MODEL);
    assertThat(fixture.run(run).state()).isEqualTo(RunState.RECEIVED);
  }

  @Test
  void the_files_of_such_a_line_are_not_uploaded_unless_another_line_names_them()
      throws IOException {
    reopen("service.tier=1");
    pdf(folder.resolve("long.pdf"), 300);
    pdf(folder.resolve("short.pdf"), 3);
    pdf(folder.resolve("both.pdf"), 4);
    String run =
        inspected(
            String.join(
                "\n",
                nativeLine("a", "[[FILE:short.pdf]] [[FILE:both.pdf]]"),
                nativeLine("b", "[[FILE:long.pdf]] [[FILE:both.pdf]]"),
                nativeLine("c", "[[FILE:both.pdf]]")));

    assertThat(Files.readString(fixture.folderOf(run).badLines()))
        .contains("\"line\":2", "over-quota", "20,000");
    assertThat(fixture.ledger().media().totals(run, 1).files()).isEqualTo(2);
    assertThat(fixture.ledger().media().contentsAfter(run, 1, "", 10))
        .extracting(file -> file.media().path().getFileName().toString())
        .containsExactlyInAnyOrder("short.pdf", "both.pdf");
  }

  @Test
  void the_same_content_is_the_same_under_a_limit() throws IOException {
    pdf(folder.resolve("long.pdf"), 300);
    String lines = nativeLine("a", "x") + "\n" + nativeLine("b", "[[FILE:long.pdf]]") + "\n";
    String before = inspected(lines);

    reopen("service.tier=1");
    fixture.clock().forward(Duration.ofMinutes(1)); // or both runs may have the same id

    assertThat(fixture.run(inspected(lines)).leader()).hasValue(before);
  }

  private static void pdf(Path file, int pages) throws IOException {
    StringBuilder content = new StringBuilder("%PDF-1.4\n");
    for (int i = 0; i < pages; i++) {
      content.append(i + 3).append(" 0 obj<</Type/Page/Parent 2 0 R>>endobj\n");
    }
    content.append("2 0 obj<</Type/Pages/Count ").append(pages).append(">>endobj\n");
    content.append("1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n");
    Files.writeString(file, content);
  }

  private ProjectId project() throws IOException {
    return fixture.context().connection(fixture.run(fixture.dropped("other.jsonl"))).project();
  }
}
