package dev.geminibatch.management;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The names of metrics, and who uses them. */
class MetricTest {
  private static final Path MONITORING = Path.of("src/docs/monitoring.md");
  private static final Path DASHBOARD = Path.of("config/grafana-dashboard.json");
  private static final Path ALERTS = Path.of("config/alerts.yaml");

  /** Units that are to be written as base units, and abbreviations of units, as promtool has it. */
  private static final Set<String> WRONG_UNITS =
      Set.of(
          "millis",
          "milliseconds",
          "microseconds",
          "nanoseconds",
          "minutes",
          "hours",
          "days",
          "weeks",
          "kilobytes",
          "megabytes",
          "gigabytes",
          "kibibytes",
          "mebibytes",
          "bits",
          "percent",
          "s",
          "ms",
          "us",
          "ns",
          "sec",
          "b",
          "kb",
          "mb",
          "gb",
          "tb",
          "pb",
          "m",
          "h",
          "d");

  private static final Set<String> TYPES = Set.of("counter", "gauge", "histogram", "summary");

  @ParameterizedTest
  @EnumSource
  void a_name_follows_the_rules_of_prometheus(Metric metric) {
    String name = metric.exported();
    List<String> words = List.of(name.split("_"));

    assertThat(name).matches("(gemini_batch|process|jvm)_[a-z]+(_[a-z]+)*");
    assertThat(words).doesNotContainAnyElementsOf(WRONG_UNITS).doesNotContainAnyElementsOf(TYPES);
    assertThat(name.endsWith("_total")).isEqualTo(metric.kind() == Metric.Kind.COUNTER);
    assertThat(name).doesNotMatch(".*_(count|sum|bucket|created)");
    assertThat(name.endsWith("_info")).isEqualTo(metric.kind() == Metric.Kind.INFO);
    if (metric.kind() == Metric.Kind.HISTOGRAM) {
      assertThat(name).endsWith("_seconds");
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_help_text_is_a_sentence_and_labels_are_words(Metric metric) {
    assertThat(metric.help()).matches("[A-Z1].{10,250}\\.");
    assertThat(metric.labels()).allMatch(label -> label.matches("[a-z]+"));
    assertThat(metric.labels()).doesNotContain("le", "quantile", "job", "instance");
    assertThat(new HashSet<>(metric.labels())).hasSameSizeAs(metric.labels());
  }

  @Test
  void the_table_in_the_documents_is_that_of_the_metrics() throws IOException {
    String rows =
        Arrays.stream(Metric.values())
            .map(
                metric ->
                    "| `%s` | %s | %s | %s |"
                        .formatted(
                            metric.exported(),
                            metric.type(),
                            metric.labels().stream()
                                .map(label -> "`" + label + "`")
                                .collect(Collectors.joining(", ")),
                            metric.help()))
            .collect(Collectors.joining("\n"));
    String expected = "| name | type | labels | what it says |\n|---|---|---|---|\n" + rows;
    String text = Files.readString(MONITORING);
    String begin = "<!-- metrics -->\n";
    String end = "\n<!-- end of metrics -->";
    int from = text.indexOf(begin) + begin.length();
    int to = text.indexOf(end, from - 1);
    if (Boolean.getBoolean("documents.write")) {
      Files.writeString(MONITORING, text.substring(0, from) + expected + text.substring(to));
    }

    assertThat(Files.readString(MONITORING)).contains(begin + expected + end);
  }

  @Test
  void the_dashboard_shows_every_metric() throws IOException {
    Set<String> shown =
        Expressions.ofDashboard(DASHBOARD).metrics().stream()
            .map(name -> name.replaceFirst("_(bucket|count|sum)$", ""))
            .collect(Collectors.toCollection(TreeSet::new));

    assertThat(shown)
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(Metric.values()).map(Metric::exported).toList());
  }

  @Test
  void panels_have_their_own_place_and_say_what_they_show() throws IOException {
    JsonNode dashboard = new ObjectMapper().readTree(DASHBOARD.toFile());
    Set<String> taken = new HashSet<>();
    Set<Integer> ids = new HashSet<>();
    for (JsonNode panel : dashboard.path("panels")) {
      JsonNode place = panel.path("gridPos");
      assertThat(place.path("x").asInt() + place.path("w").asInt()).isLessThanOrEqualTo(24);
      assertThat(ids.add(panel.path("id").asInt())).isTrue();
      for (int x = 0; x < place.path("w").asInt(); x++) {
        for (int y = 0; y < place.path("h").asInt(); y++) {
          String cell = (place.path("x").asInt() + x) + "/" + (place.path("y").asInt() + y);
          assertThat(taken.add(cell)).as("%s at %s", panel.path("title").asText(), cell).isTrue();
        }
      }
      if (!panel.path("type").asText().equals("row")) {
        assertThat(panel.path("description").asText()).isNotBlank();
        assertThat(panel.at("/datasource/uid").asText()).isEqualTo("${datasource}");
        assertThat(panel.path("targets")).isNotEmpty();
      }
    }
    assertThat(dashboard.path("schemaVersion").asInt()).isGreaterThanOrEqualTo(38);
  }

  @Test
  void each_of_five_alerts_says_what_is_wrong_and_what_to_do() throws IOException {
    List<Map<?, ?>> rules = Expressions.rules(ALERTS);

    assertThat(rules).hasSize(5);
    for (Map<?, ?> rule : rules) {
      assertThat((Map<?, ?>) rule.get("annotations"))
          .extracting("summary", "description", "runbook")
          .allSatisfy(text -> assertThat((String) text).hasSizeGreaterThan(20));
      assertThat(rule.get("for")).isNotNull();
      assertThat((Map<?, ?>) rule.get("labels")).extracting("severity").isNotNull();
    }
  }

  @Test
  void an_expression_with_a_name_or_label_that_is_not_there_is_found() {
    Map<String, Set<String>> exported =
        Map.of("a_total", Set.of("x"), "b", Set.of("y"), "c_bucket", Set.of("le"));

    assertThat(
            Expressions.of(
                    "sum by (x) (rate(a_total{job=\"$job\",x=~\"b{c}\"}[5m])) > 1e9 * 26 and on (instance) b"
                        + " or histogram_quantile(0.95, sum by (le) (rate(c_bucket[1h])))",
                    "y")
                .unknown(exported))
        .isEmpty();
    assertThat(Expressions.of("rate(d_total[5m])").unknown(exported))
        .containsExactly("d_total in rate(d_total[5m])");
    assertThat(Expressions.of("sum by (z) (b)").unknown(exported))
        .containsExactly("label z in sum by (z) (b)");
    assertThat(Expressions.of("b{z!=\"1\"}").unknown(exported)).hasSize(1);
    assertThat(Expressions.of("b", "x").unknown(exported)).hasSize(1);
  }
}
