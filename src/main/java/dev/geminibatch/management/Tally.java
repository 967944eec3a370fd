package dev.geminibatch.management;

import dev.geminibatch.cost.Prices;
import dev.geminibatch.line.ModelName;
import dev.geminibatch.run.Progress;
import dev.geminibatch.service.CallObserver;
import java.time.Clock;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.function.Supplier;

/**
 * Counts from the beginning of the process, whether or not anybody asks. Needs no library for
 * metrics, since a start must not wait for that to load. Many threads count at once.
 */
public final class Tally {
  /** Names of models and profiles that are shown; the others together are one more. */
  static final int MOST_NAMES = 50;

  private static final double[] DELIVERY = {
    1, 5, 15, 60, 300, 900, 1800, 3600, 7200, 14_400, 28_800, 43_200, 86_400, 129_600, 172_800
  };
  private static final double[] CALL = {0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900};

  private final Map<Metric, Map<List<String>, DoubleAdder>> counters = new EnumMap<>(Metric.class);
  private final Map<Metric, Map<List<String>, Histogram>> histograms = new EnumMap<>(Metric.class);
  private final BoundedNames models = new BoundedNames(MOST_NAMES);
  private final BoundedNames profiles = new BoundedNames(MOST_NAMES);
  private final RunCounts runs;

  /**
   * Nothing has happened yet.
   *
   * @param prices those of today, asked for each job that was paid for
   */
  public Tally(Supplier<Prices> prices, Clock clock) {
    for (Metric metric : Metric.values()) {
      if (metric.kind() == Metric.Kind.COUNTER) {
        counters.put(metric, new ConcurrentHashMap<>());
      } else if (metric.kind() == Metric.Kind.HISTOGRAM) {
        histograms.put(metric, new ConcurrentHashMap<>());
      }
    }
    this.runs = new RunCounts(this, prices, clock);
  }

  /** Counts what happens to runs, and passes everything on. */
  public Progress watching(Progress progress) {
    return runs.watching(progress);
  }

  /** Counts calls to the service. */
  public CallObserver calls() {
    return new CallCounts(this);
  }

  /**
   * Counts further.
   *
   * @param amount never makes a counter smaller: numbers may be the service's
   */
  void add(Metric metric, double amount, String... labels) {
    counters
        .get(metric)
        .computeIfAbsent(List.of(labels), none -> new DoubleAdder())
        .add(Math.max(0, amount));
  }

  void observe(Metric metric, double value, String... labels) {
    double[] bounds = metric == Metric.DELIVERY_SECONDS ? DELIVERY : CALL;
    histograms
        .get(metric)
        .computeIfAbsent(List.of(labels), none -> new Histogram(bounds))
        .add(value);
  }

  /** Has what is counted by profile begin with zero: then the first one is seen as a growth. */
  void begin(String profile) {
    counters.keySet().stream()
        .filter(metric -> metric.labels().equals(Metric.FILES_RECEIVED.labels()))
        .forEach(metric -> add(metric, 0, profile));
  }

  /** What a model is called in a label. */
  String model(String name) {
    return models.of(ModelName.shortName(name));
  }

  /** What a profile is called in a label. */
  String profile(String name) {
    return profiles.of(name);
  }

  Map<List<String>, DoubleAdder> counter(Metric metric) {
    return counters.get(metric);
  }

  Map<List<String>, Histogram> histogram(Metric metric) {
    return histograms.get(metric);
  }
}
