package dev.geminibatch.bench;

import java.util.ArrayList;
import java.util.List;

/** The same thing measured several times; the median counts. */
final class Rounds {
  private final List<Double> values = new ArrayList<>();

  static Rounds of(double only) {
    Rounds rounds = new Rounds();
    rounds.add(only);
    return rounds;
  }

  void add(double value) {
    values.add(value);
  }

  List<Double> values() {
    return List.copyOf(values);
  }

  double median() {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }
}
