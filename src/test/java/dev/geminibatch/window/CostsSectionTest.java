package dev.geminibatch.window;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.geminibatch.run.Job;
import dev.geminibatch.service.JobName;
import dev.geminibatch.service.Tokens;
import dev.geminibatch.testkit.Jobs;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CostsSectionTest {
  private static final Tokens MILLION = new Tokens(1_000_000, 500_000, 500_000, 0);

  @TempDir private Path folder;
  private StageFixture fixture;
  private Visitor visitor;

  @BeforeEach
  void open() throws IOException {
    Path prices =
        Files.writeString(
            folder.resolve("prices.json"),
            "{\"date\":\"2026-07-04\",\"currency\":\"EUR\",\"perMillionTokens\":"
                + "{\"gemini-x\":{\"input\":0.5,\"output\":1.5}}}");
    fixture = StageFixture.open(folder, "prices.file=" + prices);
    visitor = new Visitor(WindowFixture.window(fixture, false));
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  /** A run whose only job has used so much. */
  private String collected(String name, Tokens tokens) throws IOException {
    return collected(name, "gemini-x", tokens);
  }

  private String collected(String name, String model, Tokens tokens) throws IOException {
    String run = fixture.dropped(name);
    fixture.runs().inspected(run, run, 1, 0, false);
    fixture.runs().uploaded(run, 0, 0);
    Job job =
        Job.assembled(fixture.run(run), 1, model, Jobs.requests(1), name + " [" + run + ".1]");
    fixture.runs().assembled(run, 1, List.of(job), 0);
    fixture.jobs().uploaded(job, StageFixture.PROJECT, "files/x");
    fixture.jobs().creating(job(run), Jobs.room(90));
    fixture.jobs().opened(job(run), new JobName("batches/" + run), "BATCH_STATE_PENDING");
    fixture.ended(run, 1, null);
    fixture.jobs().collected(job(run), 7, 2, tokens);
    return run;
  }

  private Job job(String run) {
    return fixture.jobs().job(run, 1);
  }

  @Test
  void without_anything_the_page_says_so() throws IOException {
    assertThat(visitor.page("/costs"))
        .contains("Nothing was answered in these 30 days.", "There is no file.", "0 EUR")
        .doesNotContain("<svg", "<table>");
  }

  @Test
  void what_was_used_costs_the_same_by_day_model_profile_and_file() throws IOException {
    String run = collected("<i>letters.jsonl", MILLION);

    String page = visitor.page("/costs?days=90");
    JsonNode json = visitor.json("/api/v1/costs?days=90");

    assertThat(page)
        .contains("2 EUR", "by the prices of 2026-07-04", "<svg", "<desc", "Cost by day")
        .contains("&lt;i&gt;letters.jsonl", "/runs/" + run, "gemini-x", "1,000,000")
        .doesNotContain("<i>letters", "style=");
    for (String part : new String[] {"byDay", "byModel", "byProfile", "files"}) {
      assertThat(json.get(part)).hasSize(1);
      assertThat(json.get(part).get(0).get("cost").asDouble()).isEqualTo(2.0);
      assertThat(json.get(part).get(0).get("tokens").get("thought").asLong()).isEqualTo(500_000);
    }
    assertThat(json.get("byDay").get(0).get("answered").asLong()).isEqualTo(7);
    assertThat(json.get("today").get("cost").asDouble()).isEqualTo(2.0);
    assertThat(json.get("month").get("failed").asLong()).isEqualTo(2);
    assertThat(json.get("currency").asText()).isEqualTo("EUR");
  }

  @Test
  void a_column_has_the_share_of_its_day() throws IOException {
    collected("a.jsonl", MILLION);
    fixture.clock().forward(Duration.ofDays(1));
    collected("b.jsonl", new Tokens(500_000, 250_000, 250_000, 0));

    String page = visitor.page("/costs?days=30");

    assertThat(Pattern.compile("<rect").matcher(page).results()).hasSize(2);
    assertThat(page).contains("height=\"180.00\"", "height=\"90.00\"", "x=\"870.00\"");
  }

  @Test
  void a_model_without_a_price_has_tokens_and_no_cost() throws IOException {
    fixture.close();
    Files.writeString(folder.resolve("none.json"), "{}");
    fixture = StageFixture.open(folder, "prices.file=" + folder.resolve("none.json"));
    visitor = new Visitor(WindowFixture.window(fixture, false));
    collected("a.jsonl", MILLION);

    assertThat(visitor.page("/costs"))
        .contains("unknown", "1,000,000", "Tokens by day", "There is no table of prices")
        .doesNotContain("0 USD");
    JsonNode today = visitor.json("/api/v1/costs").get("today");
    assertThat(today.get("cost").isNull()).isTrue();
    assertThat(today.get("unknownModels").get(0).asText()).isEqualTo("gemini-x");
  }

  @Test
  void a_sum_says_what_is_not_in_it() throws IOException {
    collected("a.jsonl", MILLION);
    collected("b.jsonl", "gemini-new", MILLION);

    assertThat(visitor.page("/costs")).contains("2 EUR", "without gemini-new", "unknown");
    JsonNode json = visitor.json("/api/v1/costs");
    assertThat(json.get("today").get("cost").asDouble()).isEqualTo(2.0);
    assertThat(json.get("today").get("unknownModels").get(0).asText()).isEqualTo("gemini-new");
    assertThat(json.get("byModel").get(0).get("cost").isNull()).isTrue();
  }

  @Test
  void files_have_pages_and_other_numbers_are_refused() throws IOException {
    for (int i = 0; i < 4; i++) {
      collected(i + ".jsonl", MILLION);
      fixture.clock().forward(Duration.ofSeconds(1));
    }

    JsonNode first = visitor.json("/api/v1/costs?most=3");
    JsonNode second = visitor.json("/api/v1/costs?most=3&from=" + first.get("next").asText());

    assertThat(first.get("files").findValuesAsText("name")).startsWith("3.jsonl").hasSize(3);
    assertThat(second.get("files").findValuesAsText("name")).containsExactly("0.jsonl");
    assertThat(visitor.get("/costs?days=0").status()).isEqualTo(400);
    assertThat(visitor.get("/costs?days=367").status()).isEqualTo(400);
    assertThat(visitor.get("/costs?from=x").status()).isEqualTo(400);
  }
}
