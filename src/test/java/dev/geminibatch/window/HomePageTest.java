package dev.geminibatch.window;

import static dev.geminibatch.testkit.Samples.nativeLine;
import static dev.geminibatch.testkit.StageFixture.PROJECT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.geminibatch.cost.Prices;
import dev.geminibatch.management.AccessGuard.Right;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.RunState;
import dev.geminibatch.service.JobName;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.service.Tokens;
import dev.geminibatch.testkit.Jobs;
import dev.geminibatch.testkit.StageFixture;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the first page says of how everything is, and its JSON with the same numbers. */
class HomePageTest {
  private static final String MODEL = "gemini-3-flash-preview";
  private static final Tokens USED = new Tokens(1_000_000, 500_000, 500_000, 0);

  @TempDir private Path folder;
  private final Configured set = new Configured();
  private StageFixture fixture;
  private Window window;

  /** What is set: prices, and a limit. */
  private static final class Configured extends WindowFixture.Calm {
    @Override
    public OptionalLong mostEnqueued(ProjectId project, String model) {
      return OptionalLong.of(1_000);
    }
  }

  @BeforeEach
  void open() throws IOException {
    fixture = StageFixture.open(folder);
    Prices.Price price =
        new Prices.Price(BigDecimal.ONE, new BigDecimal("0.1"), new BigDecimal("3"));
    set.prices = new Prices("2026-01-01", "USD", Map.of(MODEL, price));
    window = open(set);
  }

  private Window open(Outlook outlook) {
    Sources calm = WindowFixture.sources(fixture);
    return WindowFixture.window(
        new Sources(
            calm.ledger(),
            outlook,
            calm.clock(),
            calm.jobs(),
            calm.setup(),
            calm.runs(),
            calm.intake()),
        false);
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  private String get(String path) throws IOException {
    WebAnswer answer =
        window.answer(
            new WebRequest(
                "GET",
                path,
                Map.of(),
                Map.of(),
                Map.of("host", "127.0.0.1"),
                Right.READ,
                "127.0.0.1"));
    assertThat(answer.status()).isEqualTo(200);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    answer.body().writeTo(out);
    return out.toString(UTF_8);
  }

  private JsonNode json(String path) throws IOException {
    return new ObjectMapper().readTree(get(path));
  }

  private JsonNode run(String id) throws IOException {
    for (JsonNode run : json("/api/v1/runs").get("runs")) {
      if (run.get("run").asText().equals(id)) {
        return run;
      }
    }
    throw new AssertionError(id);
  }

  /** A run that the service works on. */
  private Job submitted(String name, int lines) throws IOException {
    String run =
        fixture.assembled(
            name,
            IntStream.range(0, lines)
                .mapToObj(i -> nativeLine("k" + i, name + i))
                .toArray(String[]::new));
    Job job = fixture.jobs().of(run).get(0);
    fixture.jobs().sized(job, Jobs.tokens(lines, 100L * lines));
    fixture.jobs().uploaded(job, PROJECT, "files/" + run);
    assertThat(fixture.jobs().creating(fixture.jobs().job(run, 1), Jobs.room(90))).isTrue();
    fixture.jobs().opened(job, new JobName("batches/" + run), "BATCH_STATE_PENDING");
    fixture.runs().submitted(run);
    return fixture.jobs().job(run, 1);
  }

  private void delivered(String name, Duration time) throws IOException {
    Job job = submitted(name, 1);
    fixture.clock().forward(time);
    fixture.jobs().ended(job, "BATCH_STATE_SUCCEEDED", "files/answers", null);
    fixture.jobs().collected(job, 8, 2, USED);
    fixture.runs().moveTo(job.runId(), RunState.COLLECTED);
    fixture.runs().delivered(job.runId(), 8);
  }

  @Test
  void one_sentence_says_when_the_next_answers_come() throws IOException {
    delivered("before.jsonl", Duration.ofMinutes(30));
    submitted("a.jsonl", 1);
    fixture.clock().forward(Duration.ofMinutes(18));
    submitted("b.jsonl", 1);
    fixture.dropped("c.jsonl");

    String sentence =
        "All is well: 2 runs are with the service, the next answers in about 12 minutes;"
            + " 1 more waits.";
    assertThat(get("/")).contains("<h1>" + sentence + "</h1>");
    assertThat(json("/api/v1/home").get("sentence").asText()).isEqualTo(sentence);
    assertThat(json("/api/v1/home").at("/runs/withService").asLong()).isEqualTo(2);
  }

  @Test
  void what_needs_a_person_comes_first_and_the_worst_before_all() throws IOException {
    fixture.ledger().control().pause(fixture.dropped("paused.jsonl"));
    String held = fixture.dropped("held.jsonl");
    fixture.runs().hold(held, "somebody should look at it");
    set.troubles.add("The service refuses the key of profile <b>books</b>.");
    window = open(set);

    String page = get("/");

    assertThat(page)
        .contains(
            "<h1 class=\"alarm\">The service refuses the key of profile &lt;b&gt;books",
            "<li>1 run is held by a route",
            "<li>1 run is paused",
            "<b>2</b><a href=\"/?group=stopped\">paused or held</a>")
        .doesNotContain("All is well", "<b>books");
    assertThat(json("/api/v1/home").get("needs")).hasSize(3);
    assertThat(json("/api/v1/home").get("runs").get("waiting").asLong()).isZero();
  }

  @Test
  void a_run_shows_how_far_it_is_when_it_ends_and_what_it_costs() throws IOException {
    delivered("before.jsonl", Duration.ofMinutes(30));
    Job job = submitted("a.jsonl", 10);
    fixture.jobs().seen(job, "BATCH_STATE_RUNNING", true, Optional.of(new Job.Done(4, 1)));
    fixture.clock().forward(Duration.ofMinutes(10));

    JsonNode run = run(job.runId());
    assertThat(run.get("answeredSoFar").asLong()).isEqualTo(4);
    assertThat(Instant.parse(run.get("expectedEnd").asText()))
        .isCloseTo(
            job.times().submitted().orElseThrow().plus(Duration.ofMinutes(30)),
            within(20, ChronoUnit.SECONDS)); // the clock goes on
    // 1,000 tokens in, and 1,000 for each of ten answers
    assertThat(run.at("/expectedCost/amounts/USD").decimalValue()).isEqualByComparingTo("0.031");
    assertThat(run.at("/spent/amounts")).isEmpty();
    assertThat(get("/"))
        .contains(
            "<progress max=\"100\" value=\"40\" aria-label=\"answered of a.jsonl\">",
            "in about 20 minutes</time>",
            "1 job running",
            "about 0.031 USD");
    JsonNode alone = json("/api/v1/runs/" + job.runId());
    assertThat(alone.get("expectedEnd")).isEqualTo(run.get("expectedEnd"));
    assertThat(alone.get("expectedCost")).isEqualTo(run.get("expectedCost"));
    assertThat(get("/runs/" + job.runId())).contains("in about 20 minutes</time></b>likely to end");
  }

  @Test
  void the_days_answers_and_costs_are_added_up() throws IOException {
    delivered("a.jsonl", Duration.ofMinutes(1));
    delivered("b.jsonl", Duration.ofMinutes(1));

    JsonNode home = json("/api/v1/home");
    assertThat(home.at("/today/answered").asLong()).isEqualTo(16);
    assertThat(home.at("/today/failed").asLong()).isEqualTo(4);
    assertThat(home.at("/today/spent/amounts/USD").decimalValue()).isEqualTo("8");
    assertThat(home.at("/thisMonth/spent/amounts/USD").decimalValue()).isEqualTo("8");
    assertThat(get("/"))
        .contains("<b>16</b>answered today", "<b>4</b>failed today", "<b>8.00 USD</b>spent today");

    set.prices = new Prices("", "USD", Map.of());
    assertThat(get("/")).contains("<b>unknown</b>spent today", "without " + MODEL);
  }

  @Test
  void enqueued_tokens_are_shown_beside_what_may_be() throws IOException {
    submitted("a.jsonl", 3);

    assertThat(get("/"))
        .contains("value=\"30\" aria-label=\"enqueued tokens of " + MODEL, "300 of 1,000 tokens");
    assertThat(json("/api/v1/home").at("/enqueued/0/most").asLong()).isEqualTo(1_000);
  }

  @Test
  void the_oldest_wait_is_that_of_a_run_that_nobody_has_stopped() throws IOException {
    fixture.ledger().control().pause(fixture.dropped("paused.jsonl"));
    fixture.clock().forward(Duration.ofHours(1));
    fixture.dropped("a.jsonl");
    fixture.clock().forward(Duration.ofHours(2));

    assertThat(json("/api/v1/home").at("/runs/oldestWaitSeconds").asLong())
        .isBetween(7_200L, 7_300L);
    assertThat(get("/")).contains("<b>2 hours</b>the oldest wait");
  }

  @Test
  void the_forecast_learns_from_what_answers_had_of_late() throws IOException {
    delivered("before.jsonl", Duration.ofMinutes(1));
    delivered("and before.jsonl", Duration.ofMinutes(1)); // a million tokens out, for 16 answers
    Job job = submitted("a.jsonl", 10);

    assertThat(run(job.runId()).at("/expectedCost/amounts/USD").decimalValue())
        .isEqualByComparingTo("3.751");
  }
}
