package dev.geminibatch.management;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.cost.Prices;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.Progress;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunEvent;
import dev.geminibatch.run.RunInput;
import dev.geminibatch.run.RunOptions;
import dev.geminibatch.service.CallKind;
import dev.geminibatch.service.Tokens;
import dev.geminibatch.testkit.Jobs;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is counted, by hand: what the routes do is in {@link DaemonMetricsTest}. */
class TallyTest {
  private static final Instant NOW = Instant.parse("2026-01-02T00:00:00Z");
  private static final Prices.Price PRICE =
      new Prices.Price(BigDecimal.ONE, BigDecimal.ONE, BigDecimal.ONE);

  private final Tally tally =
      new Tally(
          () -> new Prices("", "EUR", Map.of("gemini-x", PRICE)), Clock.fixed(NOW, ZoneOffset.UTC));
  private final Progress progress = tally.watching(Progress.none());

  private static Run run(String profile, Duration age) {
    RunOptions options =
        new RunOptions(profile, "gemini-x", Path.of("media"), "x", false, 5, false);
    RunInput input = new RunInput("x.jsonl", Path.of("x.jsonl"), true, 1, 1);
    return Run.receiving("id", input, options, Optional.empty(), NOW.minus(age));
  }

  private static Job job(String model) {
    return Job.assembled(run("default", Duration.ZERO), 1, model, Jobs.requests(1), "x");
  }

  private Scrape scrape() {
    return Scrape.of(tally, new Samples());
  }

  private void happened(RunEvent event) {
    progress.happened(event);
  }

  @Test
  void of_a_thousand_models_fifty_have_a_name_and_the_others_are_one() {
    for (int i = 0; i < 1000; i++) {
      happened(new RunEvent.JobCreated("model-" + i));
    }

    Scrape scrape = scrape();
    assertThat(scrape.series())
        .filteredOn(each -> each.startsWith("gemini_batch_jobs_submitted_total"))
        .hasSize(51);
    assertThat(scrape.value("gemini_batch_jobs_submitted_total", "model=model-49")).isEqualTo(1);
    assertThat(scrape.value("gemini_batch_jobs_submitted_total", "model=other")).isEqualTo(950);
  }

  @Test
  void a_model_has_one_name_with_and_without_its_collection() {
    happened(new RunEvent.JobCreated("gemini-x"));
    happened(new RunEvent.JobCreated("models/gemini-x"));

    assertThat(scrape().value("gemini_batch_jobs_submitted_total", "model=gemini-x")).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({
    "'a\"b', 'a\\\"b'",
    "'a\nb', 'a\\\\nb'",
    "'a\u202Eb', 'a\\\\u202Eb'",
    "'a\\b', 'a\\\\b'",
    "'a\uD800b', 'a\\\\uD800b'",
    "'  ', other",
    "עברית, עברית"
  })
  void an_odd_name_stays_a_value_of_its_label(String model, String shown) {
    happened(new RunEvent.JobCreated(model));

    assertThat(scrape().value("gemini_batch_jobs_submitted_total", "model=" + shown)).isEqualTo(1);
  }

  @Test
  void a_long_name_is_shortened() {
    happened(new RunEvent.JobCreated("m".repeat(100_000)));

    assertThat(scrape().text()).hasSizeLessThan(2_000);
  }

  @Test
  void lines_of_a_run_that_is_inspected_again_count_once() {
    Run first = run("default", Duration.ZERO);
    happened(new RunEvent.Inspected(first, 10));
    happened(new RunEvent.Inspected(counted(first, 10), 12));
    happened(new RunEvent.Inspected(counted(first, 12), 12));
    happened(new RunEvent.Inspected(counted(first, 12), 3));

    assertThat(scrape().value("gemini_batch_lines_received_total", "profile=default"))
        .isEqualTo(12);
  }

  private static Run counted(Run run, long requests) {
    return new Run(
        run.id(),
        run.input(),
        run.options(),
        run.state(),
        run.output(),
        false,
        1,
        run.waiting(),
        run.leader(),
        new Run.Counts(requests, 0, 0, 0, 0),
        run.created(),
        run.updated());
  }

  @Test
  void a_problem_code_or_status_that_nobody_knows_is_other() {
    happened(
        new RunEvent.Delivered(
            run("default", Duration.ZERO), 0, Map.of("not-json", 2L, "made-up", 3L, "x\ny", 1L)));
    tally.calls().called(CallKind.GET_JOB, "418", 1);
    tally.calls().called(CallKind.GET_JOB, "200", 1);

    Scrape scrape = scrape();
    String failed = "gemini_batch_lines_failed_total";
    String calls = "gemini_batch_service_call_duration_seconds_count";
    assertThat(scrape.value(failed, "profile=default", "code=not-json")).isEqualTo(2);
    assertThat(scrape.value(failed, "profile=default", "code=other")).isEqualTo(4);
    assertThat(scrape.value(calls, "kind=getJob", "status=other")).isEqualTo(1);
    assertThat(scrape.value(calls, "kind=getJob", "status=200")).isEqualTo(1);
  }

  @Test
  void numbers_of_the_service_make_no_counter_smaller() {
    happened(new RunEvent.Collected(job("gemini-x"), new Tokens(100, 10, 0, 20)));
    happened(new RunEvent.Collected(job("gemini-x"), new Tokens(5, -7, -1, 50)));

    Scrape scrape = scrape();
    String tokens = "gemini_batch_tokens_total";
    assertThat(scrape.value(tokens, "model=gemini-x", "type=prompt")).isEqualTo(80);
    assertThat(scrape.value(tokens, "model=gemini-x", "type=cached")).isEqualTo(70);
    assertThat(scrape.value(tokens, "model=gemini-x", "type=output")).isEqualTo(10);
  }

  @Test
  void tokens_have_a_cost_where_the_model_has_a_price() {
    happened(new RunEvent.Collected(job("models/gemini-x"), new Tokens(1_000_000, 500_000, 0, 0)));
    happened(new RunEvent.Collected(job("gemini-y"), new Tokens(1_000_000, 0, 0, 0)));

    Scrape scrape = scrape();
    assertThat(scrape.value("gemini_batch_cost_total", "model=gemini-x", "currency=EUR"))
        .isEqualTo(1.5);
    assertThat(scrape.series()).noneMatch(each -> each.matches("gemini_batch_cost.*gemini-y.*"));
    assertThat(scrape.value("gemini_batch_tokens_total", "model=gemini-y", "type=prompt"))
        .isEqualTo(1_000_000);
  }

  @Test
  void the_time_to_delivery_falls_into_its_bucket() {
    for (Duration age :
        List.of(
            Duration.ofSeconds(-5),
            Duration.ofSeconds(1),
            Duration.ofHours(3),
            Duration.ofDays(9))) {
      happened(new RunEvent.Delivered(run("default", age), 1, Map.of()));
    }

    Scrape scrape = scrape();
    String bucket = "gemini_batch_delivery_duration_seconds_bucket";
    assertThat(scrape.value(bucket, "profile=default", "le=1.0")).isEqualTo(2);
    assertThat(scrape.value(bucket, "profile=default", "le=7200.0")).isEqualTo(2);
    assertThat(scrape.value(bucket, "profile=default", "le=14400.0")).isEqualTo(3);
    assertThat(scrape.value(bucket, "profile=default", "le=172800.0")).isEqualTo(3);
    assertThat(scrape.value(bucket, "profile=default", "le=+Inf")).isEqualTo(4);
    assertThat(scrape.value("gemini_batch_delivery_duration_seconds_sum", "profile=default"))
        .isEqualTo(1 + 3 * 3600 + 9 * 86_400);
  }

  @Test
  void threads_that_count_at_once_lose_nothing() throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      Thread thread =
          new Thread(
              () -> {
                for (int n = 0; n < 10_000; n++) {
                  tally.calls().called(CallKind.UPLOAD, "200", 1_000_000);
                  happened(new RunEvent.Uploaded(false, 3));
                }
              });
      thread.start();
      threads.add(thread);
    }
    for (Thread thread : threads) {
      thread.join();
    }

    Scrape scrape = scrape();
    assertThat(scrape.value("gemini_batch_uploaded_bytes_total", "content=media"))
        .isEqualTo(240_000);
    assertThat(
            scrape.value(
                "gemini_batch_service_call_duration_seconds_count", "kind=upload", "status=200"))
        .isEqualTo(80_000);
  }

  @Test
  void prices_that_cannot_be_read_stop_no_run() {
    Tally broken =
        new Tally(
            () -> {
              throw new IllegalStateException("no prices");
            },
            Clock.fixed(NOW, ZoneOffset.UTC));

    broken
        .watching(Progress.none())
        .happened(new RunEvent.Collected(job("gemini-x"), new Tokens(5, 0, 0, 0)));

    assertThat(
            Scrape.of(broken, new Samples())
                .value("gemini_batch_tokens_total", "model=gemini-x", "type=prompt"))
        .isEqualTo(5);
  }

  @Test
  void who_watches_besides_still_hears_everything() {
    List<String> heard = new ArrayList<>();
    Progress watched =
        tally.watching(
            new Progress() {
              @Override
              public void step(Run run, String what, long done, long total, Unit unit) {
                heard.add(what);
              }

              @Override
              public void stageOver(Run run) {
                heard.add("over");
              }

              @Override
              public void happened(RunEvent event) {
                heard.add(event.getClass().getSimpleName());
              }
            });
    Run run = run("default", Duration.ZERO);
    watched.step(run, "step", 1, 2, Progress.Unit.BYTES);
    watched.stageOver(run);
    watched.happened(new RunEvent.Failed(run));

    assertThat(heard).containsExactly("step", "over", "Failed");
  }
}
