package dev.geminibatch.management;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.Quantiles;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** What was counted and read, in the form in which Prometheus' library writes it down. */
final class Snapshots {
  private static final long NO_TIME = 0;

  private Snapshots() {}

  static MetricSnapshots of(Tally tally, Samples samples) {
    MetricSnapshots.Builder all = MetricSnapshots.builder();
    for (Metric metric : Metric.values()) {
      MetricSnapshot snapshot = snapshot(metric, tally, samples);
      if (!snapshot.getDataPoints().isEmpty()) {
        all.metricSnapshot(snapshot);
      }
    }
    return all.build();
  }

  private static MetricSnapshot snapshot(Metric metric, Tally tally, Samples samples) {
    MetricMetadata metadata = new MetricMetadata(metric.stem(), metric.help());
    Map<List<String>, Samples.Value> read = samples.all().getOrDefault(metric, Map.of());
    return switch (metric.kind()) {
      case COUNTER ->
          new CounterSnapshot(
              metadata,
              points(
                  metric,
                  counted(metric, tally, read),
                  (value, labels) -> new CounterDataPointSnapshot(value, labels, null, NO_TIME)));
      case GAUGE ->
          new GaugeSnapshot(
              metadata,
              points(
                  metric,
                  read,
                  (sample, labels) -> new GaugeDataPointSnapshot(sample.value(), labels, null)));
      case HISTOGRAM ->
          new HistogramSnapshot(
              metadata, points(metric, tally.histogram(metric), Snapshots::histogram));
      case SUMMARY ->
          new SummarySnapshot(
              metadata,
              points(
                  metric,
                  read,
                  (sample, labels) ->
                      new SummaryDataPointSnapshot(
                          sample.count(),
                          sample.value(),
                          Quantiles.EMPTY,
                          labels,
                          Exemplars.EMPTY,
                          NO_TIME)));
      case INFO ->
          new InfoSnapshot(
              metadata,
              points(metric, read, (sample, labels) -> new InfoDataPointSnapshot(labels)));
    };
  }

  /** What this process has counted, and what others count for it. */
  private static Map<List<String>, Double> counted(
      Metric metric, Tally tally, Map<List<String>, Samples.Value> read) {
    Map<List<String>, Double> all = new HashMap<>();
    tally.counter(metric).forEach((labels, count) -> all.put(labels, count.sum()));
    read.forEach((labels, sample) -> all.put(labels, sample.value()));
    return all;
  }

  private static HistogramDataPointSnapshot histogram(Histogram histogram, Labels labels) {
    return new HistogramDataPointSnapshot(
        ClassicHistogramBuckets.of(histogram.bounds(), histogram.counts()),
        histogram.sum(),
        labels,
        Exemplars.EMPTY,
        NO_TIME);
  }

  private static <T, P> Collection<P> points(
      Metric metric, Map<List<String>, T> values, BiFunction<T, Labels, P> point) {
    return values.entrySet().stream()
        .map(each -> point.apply(each.getValue(), Labels.of(metric.labels(), each.getKey())))
        .toList();
  }
}
