package dev.geminibatch.bench;

import java.util.Locale;

/**
 * A row of the benchmark.
 *
 * @param id does not change when the words do, so that runs can be compared
 * @param what in words
 * @param rounds each value that was measured
 * @param unit of the values; empty for numbers
 * @param ratio to what is ideal, or to a plain program in the same run; above 1 is better than
 *     that. NaN if there is nothing to compare with
 * @param to what the ratio is to
 */
record Figure(String id, String what, Rounds rounds, String unit, double ratio, String to) {

  double value() {
    return rounds.median();
  }

  boolean isCompared() {
    return !Double.isNaN(ratio);
  }

  String measured() {
    String format = value() == Math.rint(value()) ? "%.0f %s" : "%.2f %s";
    return String.format(Locale.ROOT, format, value(), unit).strip();
  }

  String compared() {
    return isCompared() ? String.format(Locale.ROOT, "%.2f x %s", ratio, to) : "";
  }
}
