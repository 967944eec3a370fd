package dev.geminibatch.sandbox;

import dev.geminibatch.io.UsageException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The misbehaviour to come: rules, of which the first matching rule applies. How they are written
 * stands in the src/docs/sandbox.md.
 */
public final class Faults {
  private final List<FaultRule> rules = new CopyOnWriteArrayList<>();

  /**
   * Adds a rule, {@code batch-create lost-answer times=2}.
   *
   * @throws UsageException when it is none, saying what is wrong with it
   */
  public Faults add(String rule) {
    return addAll(List.of(rule));
  }

  /** Adds all of the rules, or none if one of them is wrong. */
  public Faults addAll(List<String> rules) {
    this.rules.addAll(rules.stream().map(FaultRule::parse).toList());
    return this;
  }

  /** Behaves well from now on. */
  public void clear() {
    rules.clear();
  }

  List<FaultRule> rules() {
    return List.copyOf(rules);
  }

  /** What goes wrong now, if anything does. */
  synchronized Optional<Fault> take(Endpoint endpoint) {
    return rules.stream()
        .filter(rule -> !rule.isDelay())
        .flatMap(rule -> rule.take(endpoint).stream())
        .findFirst();
  }

  /** How long the answer takes, by the sum of all rules. */
  synchronized Duration delay(Endpoint endpoint) {
    return rules.stream()
        .filter(FaultRule::isDelay)
        .flatMap(rule -> rule.take(endpoint).stream())
        .map(Fault::time)
        .reduce(Duration.ZERO, Duration::plus);
  }
}
