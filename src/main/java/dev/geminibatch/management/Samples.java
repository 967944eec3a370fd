package dev.geminibatch.management;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Values of gauges and of counters that others keep, by their labels. */
final class Samples {
  /**
   * A value; of a summary, what its observations add up to.
   *
   * @param count of the observations of a summary
   */
  record Value(double value, long count) {}

  private final Map<Metric, Map<List<String>, Value>> all = new EnumMap<>(Metric.class);

  /** Adds a value to what is there with the same labels. */
  void add(Metric metric, double value, String... labels) {
    add(metric, new Value(value, 0), labels);
  }

  /** Adds a summary. */
  void add(Metric metric, Value value, String... labels) {
    of(metric)
        .merge(
            List.of(labels),
            value,
            (one, two) -> new Value(one.value() + two.value(), one.count() + two.count()));
  }

  /** Takes the larger one of a value and what is there with the same labels. */
  void most(Metric metric, double value, String... labels) {
    of(metric)
        .merge(
            List.of(labels),
            new Value(value, 0),
            (one, two) -> one.value() >= two.value() ? one : two);
  }

  /** Takes the smaller one of a value and what is there with the same labels. */
  void least(Metric metric, double value, String... labels) {
    of(metric)
        .merge(
            List.of(labels),
            new Value(value, 0),
            (one, two) -> one.value() <= two.value() ? one : two);
  }

  private Map<List<String>, Value> of(Metric metric) {
    return all.computeIfAbsent(metric, none -> new HashMap<>());
  }

  void addAll(Samples others) {
    all.putAll(others.all);
  }

  Map<Metric, Map<List<String>, Value>> all() {
    return all;
  }
}
