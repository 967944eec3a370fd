package dev.geminibatch.sandbox;

import dev.geminibatch.io.UsageException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/**
 * The misbehaviour to come: rules, of which the first matching rule applies. How they are written
 * stands in the src/docs/sandbox.md.
 */
public final class Faults {
  private final List<FaultRule> rules = new CopyOnWriteArrayList<>();
  private final Clock clock;

  Faults(Clock clock) {
    this.clock = clock;
  }

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
    this.rules.addAll(rules.stream().map(rule -> FaultRule.parse(rule, clock)).toList());
    return this;
  }

  /** Behaves well from now on. */
  public void clear() {
    rules.clear();
  }

  List<FaultRule> rules() {
    return List.copyOf(rules);
  }

  /**
   * What goes wrong now, if anything does.
   *
   * @param project the key of the call, or of what the call is about
   */
  Optional<Fault> take(Endpoint endpoint, String project) {
    return take(endpoint, project, fault -> !fault.what().isShape());
  }

  /** The first rule that applies, among those about something wanted. */
  synchronized Optional<Fault> take(Endpoint endpoint, String project, Predicate<Fault> wanted) {
    return rules.stream()
        .flatMap(rule -> rule.take(endpoint, project, wanted.and(f -> !isDelay(f))).stream())
        .findFirst();
  }

  /** How long the answer takes, by the sum of all rules. */
  synchronized Duration delay(Endpoint endpoint, String project) {
    return rules.stream()
        .flatMap(rule -> rule.take(endpoint, project, Faults::isDelay).stream())
        .map(Fault::time)
        .reduce(Duration.ZERO, Duration::plus);
  }

  private static boolean isDelay(Fault fault) {
    return fault.is(Misbehaviour.DELAY);
  }
}
