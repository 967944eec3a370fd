package dev.geminibatch.management;

import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/** How many observations there were up to each bound, and their sum. */
final class Histogram {
  private final double[] bounds;
  private final LongAdder[] counts;
  private final DoubleAdder sum = new DoubleAdder();

  /**
   * @param bounds in ascending order; above the last one there is one more bucket
   */
  Histogram(double... bounds) {
    this.bounds = bounds;
    this.counts = new LongAdder[bounds.length + 1];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = new LongAdder();
    }
  }

  void add(double value) {
    int bucket = 0;
    while (bucket < bounds.length && value > bounds[bucket]) {
      bucket++;
    }
    counts[bucket].increment();
    sum.add(value);
  }

  /** The upper bounds, the last one without end. */
  double[] bounds() {
    double[] all = new double[bounds.length + 1];
    System.arraycopy(bounds, 0, all, 0, bounds.length);
    all[bounds.length] = Double.POSITIVE_INFINITY;
    return all;
  }

  /** Of each bucket alone. */
  long[] counts() {
    long[] all = new long[counts.length];
    for (int i = 0; i < all.length; i++) {
      all[i] = counts[i].sum();
    }
    return all;
  }

  double sum() {
    return sum.sum();
  }
}
