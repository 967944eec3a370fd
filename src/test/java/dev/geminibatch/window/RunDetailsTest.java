package dev.geminibatch.window;

import static dev.geminibatch.testkit.Samples.answer;
import static dev.geminibatch.testkit.Samples.error;
import static dev.geminibatch.testkit.Samples.nativeLine;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.geminibatch.testkit.FakeService;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the page of a run tells, and its JSON. */
class RunDetailsTest {
  @TempDir private Path folder;
  private final FakeService service = new FakeService();
  private StageFixture fixture;

  private AnsweredRun run(List<String> settings, String... lines) throws IOException {
    fixture = StageFixture.open(folder, service, settings.toArray(String[]::new));
    return AnsweredRun.dropped(fixture, service, "x.jsonl", lines);
  }

  /** One line is answered, one is not, and one cannot be sent. */
  private AnsweredRun mixed() throws IOException {
    return run(
            List.of(),
            nativeLine("a", "x"),
            nativeLine("b", "x"),
            nativeLine("c", "[[FILE:nowhere.png]]"))
        .submit()
        .answer(1, answer("a", "of a"), error("b", 3, "<b>Not like this.</b>"));
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  private static List<String> texts(JsonNode list, String field) {
    List<String> texts = new ArrayList<>();
    list.forEach(each -> texts.add(each.get(field).asText()));
    return texts;
  }

  @Test
  void the_story_is_told_in_its_order() throws IOException {
    AnsweredRun run = mixed().deliver();

    JsonNode story = run.json("").get("story");

    assertThat(texts(story, "time")).isSorted();
    assertThat(texts(story, "what").get(0)).startsWith("received, ");
    assertThat(texts(story, "what"))
        .contains(
            "3 lines checked, 1 cannot be sent",
            "2 lines put into 1 job",
            "delivered: 1 answered, 2 without an answer")
        .contains("job 1 over: succeeded", "1 answer of job 1 fetched")
        .anyMatch(what -> what.startsWith("job 1 created, 2 requests: batches/"));
    assertThat(run.page(""))
        .contains("<ol class=\"story\">", "2 lines put into 1 job", "delivered: 1 answered");
  }

  @Test
  void lines_that_were_sent_again_are_an_attempt_of_their_own() throws IOException {
    AnsweredRun run =
        run(List.of(), nativeLine("a", "x"), nativeLine("b", "x"))
            .submit()
            .answer(1, answer("a", "of a"), error("b", 14, "Later."));
    fixture.assemble(run.id());

    assertThat(texts(run.json("").get("story"), "what"))
        .contains("attempt 2: 1 line sent again in 1 job");
    assertThat(run.page("")).contains("(attempt 2)");
  }

  @Test
  void many_jobs_are_summed_up() throws IOException {
    String[] lines = new String[12];
    for (int i = 0; i < lines.length; i++) {
      lines[i] = nativeLine("key-" + i, "x");
    }
    AnsweredRun run = run(List.of("job.max-requests=1"), lines).submit();

    assertThat(texts(run.json("").get("story"), "what"))
        .contains("12 lines put into 12 jobs", "first job created", "12 of 12 jobs created")
        .hasSize(5);
    assertThat(run.json("").get("jobs")).hasSize(12);
  }

  @Test
  void a_time_that_cannot_be_is_left_out() throws IOException {
    AnsweredRun run = mixed();
    Files.setLastModifiedTime(
        fixture.folderOf(run.id()).preflight(),
        FileTime.from(Instant.parse("2001-01-01T00:00:00Z")));

    assertThat(texts(run.json("").get("story"), "what"))
        .noneMatch(what -> what.contains("checked"))
        .contains("2 lines put into 1 job");
  }

  @Test
  void failures_are_grouped_with_an_example_before_the_delivery_and_after_it() throws IOException {
    AnsweredRun run = mixed();
    JsonNode before = run.json("").get("failures");
    run.deliver();

    JsonNode groups = run.json("").get("failures").get("groups");

    assertThat(before.get("complete").asBoolean()).isTrue();
    assertThat(texts(before.get("groups"), "code"))
        .containsExactlyInAnyOrderElementsOf(texts(groups, "code"))
        .contains("file-missing")
        .hasSize(2);
    assertThat(texts(groups, "lines")).containsOnly("1");
    assertThat(groups.findValuesAsText("message"))
        .anyMatch(message -> message.contains("<b>Not like this.</b>"));
    assertThat(run.page("")).contains("&lt;b&gt;Not like this.", "verdict=failed&amp;from=2");
  }

  @Test
  void jobs_have_their_counts_and_tokens() throws IOException {
    JsonNode job = mixed().json("").get("jobs").get(0);

    assertThat(job.get("answered").asInt()).isEqualTo(1);
    assertThat(job.get("failed").asInt()).isEqualTo(1);
    assertThat(job.get("tokens").get("in").asInt()).isEqualTo(10);
    assertThat(job.get("tokens").get("out").asInt()).isEqualTo(1);
    assertThat(job.get("ended").asText()).isNotEmpty();
  }

  @Test
  void a_budget_that_is_not_set_is_not_shown() throws IOException {
    AnsweredRun run = run(List.of(), nativeLine("a", "x"));

    assertThat(run.json("").get("maxCost").isNull()).isTrue();
    assertThat(run.page("")).doesNotContain("Budget");
  }

  @Test
  void whatever_the_service_says_of_a_job_stays_text() throws IOException {
    AnsweredRun run = run(List.of(), nativeLine("a", "x")).submit();
    fixture
        .jobs()
        .ended(
            fixture.jobs().job(run.id(), 1),
            "BATCH_STATE_<SCRIPT>",
            null,
            "<script>alert(1)</script>\u202E\u001B[2J");

    assertThat(run.page(""))
        .contains("&lt;script&gt;alert(1)&lt;/script&gt;\\u202E\\u001B[2J")
        .doesNotContain("<script>")
        .doesNotContain("\u202E")
        .doesNotContain("\u001B");
  }

  @Test
  void the_budget_is_shown_where_it_is_set() throws IOException {
    Path prices = folder.resolve("prices.json");
    Files.writeString(prices, "{\"perMillionTokens\": {}}");
    AnsweredRun run =
        run(
            List.of("budget.max-cost-per-file=12.5", "prices.file=" + prices),
            nativeLine("a", "x"));

    assertThat(run.json("").get("maxCost").decimalValue()).isEqualByComparingTo("12.5");
    assertThat(run.page("")).contains("Budget", "12.5");
  }

  @Test
  void the_files_in_the_outbox_are_listed_as_long_as_they_are_there() throws IOException {
    AnsweredRun run = mixed();
    assertThat(run.json("").get("files")).isEmpty();
    assertThat(run.page("")).contains("not delivered yet");

    run.deliver();

    assertThat(texts(run.json("").get("files"), "file"))
        .containsExactly("results", "errors", "report", "page");
    Files.delete(fixture.run(run.id()).output().orElseThrow());
    assertThat(texts(run.json("").get("files"), "file")).doesNotContain("results");
  }

  @Test
  void files_of_a_run_that_cannot_be_read_do_not_keep_its_page_away() throws IOException {
    AnsweredRun run = mixed().deliver();
    Files.writeString(fixture.folderOf(run.id()).report(), "{\"of\": \"another version\"");
    Files.writeString(fixture.folderOf(run.id()).preflight(), "{\"of\": \"another version\"}");

    assertThat(run.get("").status()).isEqualTo(200);
    assertThat(run.json("").get("cost").isNull()).isTrue();
    fixture.folderOf(run.id()).remove();
    assertThat(run.get("").status()).isEqualTo(200);
  }
}
