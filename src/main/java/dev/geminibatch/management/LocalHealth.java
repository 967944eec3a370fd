package dev.geminibatch.management;

import dev.geminibatch.io.Amounts;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** A check of this machine, in the background: a disk may hang. */
final class LocalHealth implements HealthCheck {
  private static final Duration EVERY = Duration.ofSeconds(5);

  /** What hangs for longer keeps the daemon from its work. */
  private static final Duration LONGEST_CHECK = Duration.ofSeconds(40);

  private final String name;
  private final Prompt<Health> health;

  LocalHealth(String name, Supplier<Health> check, Clock clock, Executor background) {
    this.name = name;
    this.health = new Prompt<>(() -> safely(check), EVERY, clock, background);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Health check() {
    Health last = health.get().orElseGet(() -> Health.well("Being checked"));
    Duration underWay = health.underWay();
    return underWay.compareTo(LONGEST_CHECK) > 0
        ? Health.unwell("The check has not ended for " + Amounts.time(underWay))
        : last;
  }

  private static Health safely(Supplier<Health> check) {
    try {
      return check.get();
    } catch (RuntimeException e) {
      return Health.unwell("Cannot be checked: " + e);
    }
  }
}
