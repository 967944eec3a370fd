package dev.geminibatch.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.geminibatch.run.Run;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.testkit.Samples;
import dev.geminibatch.testkit.Workshop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is scraped while files are on their way through the real routes, and afterwards. */
@Tag("camel")
class DaemonMetricsTest {
  private static final String MODEL = "model=gemini-3-flash-preview";
  private static final String DEFAULT = "profile=default";

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
    try (DaemonMetrics well = metrics(Health.well("fine"));
        DaemonMetrics unwell = metrics(Health.unwell("not at all"))) {
      workshop.drop(
          "x.jsonl",
          Samples.nativeLine("a", "[[FILE:a.png]]"),
          Samples.nativeLine("b", "[[FILE:b.png]]"),
          "{oops");
      workshop.awaitJobs(1);
      ProjectId project = workshop.workspace().connection().project();
      workshop.ledger().limits().accepted(project, "gemini-3-flash-preview", 1000);
      workshop.ledger().limits().refused(project, "gemini-3-flash-preview", 5000);
      during = Scrape.of(well);
      workshop.awaitRuns(1);
      workshop.drop("y.jsonl", Samples.nativeLine("c", "[[FILE:a.png]] again"));
      workshop.drop("bad.jsonl", "nothing", "of use");
      Files.createDirectory(folder.resolve("inbox/stray"));
      workshop.awaitJobs(2);
      workshop.awaitRuns(3);
      after = Scrape.of(unwell);
    }
  }

  private static DaemonMetrics metrics(Health health) throws IOException {
    return new DaemonMetrics(
        workshop.tally(), workshop.workspace(), workshop.beans().accounts(), new OneCheck(health));
  }

  /** Of one check. */
  private record OneCheck(Health health) implements HealthReport {
    @Override
    public List<HealthCheck> readiness() {
      return List.of(
          new HealthCheck() {
            @Override
            public String name() {
              return "storage";
            }

            @Override
            public Health check() {
              return health;
            }
          });
    }

    @Override
    public List<HealthCheck> liveness() {
      return List.of();
    }
  }

  @AfterAll
  static void close() throws IOException {
    workshop.close();
  }

  @Test
  void a_file_counts_when_it_is_received_and_when_it_is_delivered() {
    assertThat(during.value("gemini_batch_files_received_total", DEFAULT)).isEqualTo(1);
    assertThat(during.value("gemini_batch_files_delivered_total", DEFAULT)).isZero();
    assertThat(after.value("gemini_batch_files_received_total", DEFAULT)).isEqualTo(3);
    assertThat(after.value("gemini_batch_files_delivered_total", DEFAULT)).isEqualTo(2);
    assertThat(after.value("gemini_batch_files_failed_total", DEFAULT)).isEqualTo(1);
    assertThat(after.value("gemini_batch_delivery_duration_seconds_count", DEFAULT)).isEqualTo(2);
  }

  @Test
  void lines_in_are_those_answered_and_those_failed() {
    assertThat(during.value("gemini_batch_lines_received_total", DEFAULT)).isEqualTo(3);
    assertThat(after.value("gemini_batch_lines_received_total", DEFAULT)).isEqualTo(4);
    assertThat(after.value("gemini_batch_lines_answered_total", DEFAULT)).isEqualTo(3);
    assertThat(after.value("gemini_batch_lines_failed_total", DEFAULT, "code=not-json"))
        .isEqualTo(1);
  }

  @Test
  void a_picture_is_uploaded_once_and_then_reused() {
    assertThat(after.value("gemini_batch_uploads_total", "content=media")).isEqualTo(2);
    assertThat(after.value("gemini_batch_uploads_total", "content=job")).isEqualTo(2);
    assertThat(after.value("gemini_batch_uploaded_bytes_total", "content=media"))
        .isEqualTo(Samples.png("1").length + Samples.png("2").length);
    assertThat(after.value("gemini_batch_uploads_reused_total")).isEqualTo(1);
  }

  @Test
  void an_open_job_shows_its_tokens_beside_the_limit() {
    assertThat(during.value("gemini_batch_jobs", "state=pending", MODEL)).isEqualTo(1);
    assertThat(during.value("gemini_batch_runs", DEFAULT, "state=submitted")).isEqualTo(1);
    assertThat(during.value("gemini_batch_oldest_waiting_run_age_seconds", "state=submitted"))
        .isPositive();
    double enqueued = during.value("gemini_batch_enqueued_tokens", DEFAULT, MODEL);
    assertThat(enqueued).isPositive();
    assertThat(during.value("gemini_batch_learned_accepted_tokens", DEFAULT, MODEL))
        .isGreaterThanOrEqualTo(enqueued);
    assertThat(during.value("gemini_batch_learned_refused_tokens", DEFAULT, MODEL)).isEqualTo(5000);
    assertThat(during.value("gemini_batch_enqueued_tokens_limit", DEFAULT, MODEL))
        .isBetween(enqueued, 5000.0);
  }

  @Test
  void nothing_is_open_or_enqueued_when_all_is_delivered() {
    assertThat(after.has("gemini_batch_jobs")).isFalse();
    assertThat(after.has("gemini_batch_enqueued_tokens")).isFalse();
    assertThat(after.value("gemini_batch_runs", DEFAULT, "state=submitted")).isZero();
    assertThat(after.value("gemini_batch_jobs_submitted_total", MODEL)).isEqualTo(2);
    assertThat(after.value("gemini_batch_jobs_collected_total", MODEL, "outcome=succeeded"))
        .isEqualTo(2);
  }

  @Test
  void tokens_and_cost_are_those_of_the_reports() throws IOException {
    double cost = 0;
    double tokens = 0;
    for (String name : List.of("x", "y")) {
      JsonNode report = workshop.outbox().report(name);
      cost += report.at("/cost/estimate").asDouble();
      tokens += report.at("/tokens/in").asDouble();
    }
    assertThat(after.value("gemini_batch_cost_total", MODEL, "currency=USD"))
        .isCloseTo(cost, within(0.0001));
    assertThat(
            after.value("gemini_batch_tokens_total", MODEL, "type=prompt")
                + after.value("gemini_batch_tokens_total", MODEL, "type=cached"))
        .isEqualTo(tokens);
  }

  @Test
  void calls_count_by_kind_and_status_and_repeated_ones_by_reason() {
    String calls = "gemini_batch_service_call_duration_seconds_count";
    assertThat(after.value(calls, "kind=startUpload", "status=503")).isEqualTo(2);
    assertThat(after.value(calls, "kind=startUpload", "status=200")).isEqualTo(4);
    assertThat(after.value(calls, "kind=createJob", "status=200")).isEqualTo(2);
    assertThat(after.value(calls, "kind=download", "status=200")).isEqualTo(2);
    assertThat(after.value("gemini_batch_service_calls_repeated_total", "reason=unavailable"))
        .isEqualTo(2);
  }

  @Test
  void the_rest_tells_the_truth() {
    assertThat(during.value("gemini_batch_health", "check=storage")).isEqualTo(1);
    assertThat(after.value("gemini_batch_health", "check=storage")).isZero();
    assertThat(after.value("gemini_batch_account_refused", DEFAULT)).isZero();
    assertThat(after.value("gemini_batch_inbox_ignored_files", DEFAULT)).isEqualTo(1);
    assertThat(after.value("gemini_batch_ledger_size_bytes")).isPositive();
    for (String group : List.of("state", "inbox", "outbox", "archive", "failed")) {
      assertThat(after.value("gemini_batch_disk_free_bytes", DEFAULT, "folder=" + group))
          .isPositive();
    }
    for (String group : List.of("ledger", "disk", "inbox", "process", "daemon")) {
      assertThat(after.value("gemini_batch_scrape_errors_total", "group=" + group)).isZero();
    }
    assertThat(after.value("process_cpu_seconds_total")).isPositive();
    assertThat(after.value("jvm_memory_used_bytes", "area=heap")).isPositive();
  }

  @Test
  void no_series_names_a_file_a_run_or_a_job() {
    List<String> run = workshop.runs().stream().map(Run::id).toList();
    assertThat(List.of(during.text(), after.text()))
        .allSatisfy(
            text -> assertThat(text).doesNotContain("jsonl", "batches/").doesNotContain(run));
  }

  @Test
  void every_metric_is_exported_as_it_is_described() {
    Map<String, Set<String>> exported = exported();
    for (Metric metric : Metric.values()) {
      if (metric.name().startsWith("MEMBER")) {
        assertThat(exported).as("without a shared ledger").doesNotContainKey(metric.exported());
        continue;
      }
      String name =
          switch (metric.kind()) {
            case HISTOGRAM, SUMMARY -> metric.exported() + "_count";
            default -> metric.exported();
          };
      assertThat(exported).as(metric.name()).containsKey(name);
      assertThat(exported.get(name)).as(name).containsExactlyInAnyOrderElementsOf(metric.labels());
      assertThat(after.types().getOrDefault(metric.exported(), metric.type()))
          .as(name)
          .isEqualTo(metric.type());
    }
  }

  @Test
  void dashboard_and_alerts_ask_only_for_what_is_there() throws IOException {
    Map<String, Set<String>> exported = exported();
    exported.putAll(ofSharedLedger());
    Expressions dashboard = Expressions.ofDashboard(Path.of("config/grafana-dashboard.json"));
    Expressions alerts = Expressions.ofAlerts(Path.of("config/alerts.yaml"));
    assertThat(dashboard.unknown(exported)).isEmpty();
    assertThat(alerts.unknown(exported)).isEmpty();
  }

  /** Where Prometheus' own tool is installed. */
  @Test
  void promtool_has_no_complaint() throws IOException, InterruptedException {
    assumeTrue(Promtool.isThere());

    assertThat(Promtool.check(during.text(), "metrics")).isEmpty();
    assertThat(Promtool.check(after.text(), "metrics")).isEmpty();
    assertThat(Promtool.check("", "rules", "config/alerts.yaml")).doesNotContain("FAILED");
  }

  private static Map<String, Set<String>> exported() {
    Map<String, Set<String>> all = new TreeMap<>(during.labels());
    after.labels().forEach((name, labels) -> all.merge(name, labels, DaemonMetricsTest::both));
    return all;
  }

  /** What is exported besides, as it is described; {@code MembersTest} reads it from a daemon. */
  private static Map<String, Set<String>> ofSharedLedger() {
    return Stream.of(Metric.MEMBERS, Metric.MEMBER_SILENCE, Metric.MEMBER_RUNS)
        .collect(Collectors.toMap(Metric::exported, metric -> Set.copyOf(metric.labels())));
  }

  private static Set<String> both(Set<String> one, Set<String> two) {
    Set<String> both = new TreeSet<>(one);
    both.addAll(two);
    return both;
  }
}
