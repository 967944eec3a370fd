package dev.geminibatch.management;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.MultiCollector;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What Prometheus gets, read as it reads it. */
final class Scrape {
  private static final Pattern SAMPLE =
      Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)(?:\\{(.*)\\})? (\\S+)");
  private static final Pattern LABEL =
      Pattern.compile("([a-zA-Z_]\\w*)=\"((?:[^\"\\\\]|\\\\.)*)\"");

  private final String text;
  private final Map<String, Double> samples = new LinkedHashMap<>();
  private final Map<String, Set<String>> labels = new TreeMap<>();
  private final Map<String, String> types = new HashMap<>();
  private final Map<String, String> helps = new HashMap<>();

  private Scrape(String text) {
    this.text = text;
    for (String line : text.split("\n")) {
      if (line.startsWith("# ")) {
        String[] words = line.split(" ", 4);
        (words[1].equals("TYPE") ? types : helps).put(words[2], words[3]);
        continue;
      }
      Matcher sample = SAMPLE.matcher(line);
      if (!sample.matches()) {
        throw new AssertionError("not a sample: " + line);
      }
      Set<String> names = labels.computeIfAbsent(sample.group(1), none -> new TreeSet<>());
      String all = sample.group(2) == null ? "" : sample.group(2);
      Matcher label = LABEL.matcher(all);
      Map<String, String> values = new TreeMap<>();
      while (label.find()) {
        names.add(label.group(1));
        values.put(label.group(1), label.group(2));
      }
      samples.put(sample.group(1) + values, Double.parseDouble(sample.group(3)));
    }
  }

  static Scrape of(DaemonMetrics metrics) {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    metrics.bindTo(registry);
    return new Scrape(registry.scrape());
  }

  /** Of what was counted and read, without a daemon. */
  static Scrape of(Tally tally, Samples samples) {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    MultiCollector collector = () -> Snapshots.of(tally, samples);
    registry.getPrometheusRegistry().register(collector);
    return new Scrape(registry.scrape());
  }

  /**
   * A value.
   *
   * @param labels {@code name=value}
   */
  double value(String name, String... labels) {
    Map<String, String> all = new TreeMap<>();
    Arrays.stream(labels).map(each -> each.split("=", 2)).forEach(l -> all.put(l[0], l[1]));
    Double value = samples.get(name + all);
    if (value == null) {
      throw new AssertionError(name + all + " is not in\n" + text);
    }
    return value;
  }

  boolean has(String name) {
    return labels.containsKey(name);
  }

  /** The names of all samples with those of their labels. */
  Map<String, Set<String>> labels() {
    return labels;
  }

  Map<String, String> types() {
    return types;
  }

  Map<String, String> helps() {
    return helps;
  }

  /** Every series. */
  List<String> series() {
    return List.copyOf(samples.keySet());
  }

  String text() {
    return text;
  }
}
