package dev.geminibatch.management;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.service.ServiceFailure;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Whether the service answers and takes the key. A short trouble is the retries' affair: this is
 * unwell only when nothing has worked for {@link #PATIENCE}.
 */
final class ServiceHealth implements HealthCheck {
  /** Whoever asks every ten seconds knows within a minute. */
  static final Duration PATIENCE = Duration.ofSeconds(40);

  private static final Duration EVERY = Duration.ofSeconds(5);

  private final String name;
  private final Prompt<Optional<ServiceFailure>> trial;
  private final Supplier<Optional<ServiceFailure>> refusal;
  private final Clock clock;
  private volatile Instant lastWell;

  /**
   * Takes the service for well until it is asked.
   *
   * @param call a cheap call to the service, which throws what it meets
   * @param refusal why the service refuses what costs money, as far as a run has met that
   */
  ServiceHealth(
      String name,
      Runnable call,
      Supplier<Optional<ServiceFailure>> refusal,
      Clock clock,
      Executor background) {
    this.name = name;
    this.refusal = refusal;
    this.clock = clock;
    this.lastWell = clock.instant();
    this.trial = new Prompt<>(() -> attempt(call), EVERY, clock, background);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Health check() {
    Optional<ServiceFailure> failure = trial.get().orElse(Optional.empty()).or(refusal);
    Duration since = Duration.between(lastWell, clock.instant());
    boolean isLong = since.compareTo(PATIENCE) >= 0;
    if (failure.isEmpty()) {
      return isLong && !trial.underWay().isZero()
          ? Health.unwell("The service has not answered for " + Amounts.time(trial.underWay()))
          : Health.well("The service answers");
    }
    String why = Amounts.clause(failure.get().getMessage());
    return isLong
        ? Health.unwell(why + "; nothing has worked for " + Amounts.time(since))
        : Health.well(why + "; it worked " + Amounts.time(since) + " ago");
  }

  private Optional<ServiceFailure> attempt(Runnable call) {
    try {
      call.run();
    } catch (ServiceFailure failure) {
      if (failure.isPassing() || failure.isAccount()) {
        return Optional.of(failure);
      } // Too many calls at once, or an odd answer: somebody is there, and knows the key.
    } catch (RuntimeException e) {
      return Optional.of(
          new ServiceFailure(
              ServiceFailure.Kind.UNREACHABLE, "", e.toString(), Optional.empty(), e));
    }
    if (refusal.get().isEmpty()) {
      lastWell = clock.instant();
    }
    return Optional.empty();
  }
}
