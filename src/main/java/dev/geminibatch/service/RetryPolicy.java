package dev.geminibatch.service;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.Repeats;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The one place where a call to the service is repeated.
 *
 * <p>Waits grow by half-random doubling and follow the service's own advice when it gives one. Only
 * calls that may safely be repeated come here; creating a job never does.
 */
public final class RetryPolicy {
  /** Longer than this no thread is held; whoever asked comes back later. */
  public static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

  /** Failed attempts after which somebody may wonder what is going on. */
  private static final int REPORT_AFTER = 3;

  private static final String INTERRUPTED = "INTERRUPTED";
  private static final Logger LOG = LoggerFactory.getLogger("service");

  /** While the service is away, every call would say the same. */
  private static final Repeats REPEATS = new Repeats();

  private final int attempts;
  private final Duration firstWait;
  private final Pause pause;
  private final CallObserver observer;

  /** A call to the service. */
  @FunctionalInterface
  public interface Call<T, E extends Exception> {
    T make() throws E;
  }

  /** Waits between attempts; a test's does not. */
  @FunctionalInterface
  public interface Pause {
    void await(Duration time) throws InterruptedException;
  }

  /** Six attempts over about twelve seconds. */
  public static RetryPolicy standard() {
    return new RetryPolicy(6, Duration.ofMillis(500), time -> Thread.sleep(time.toMillis()));
  }

  /** The same policy for a caller who wants to know soon. */
  public RetryPolicy impatient() {
    return new RetryPolicy(Math.min(attempts, 3), firstWait, pause, observer);
  }

  /** The same policy, with somebody who watches. */
  public RetryPolicy watchedBy(CallObserver other) {
    return new RetryPolicy(attempts, firstWait, pause, other);
  }

  public RetryPolicy(int attempts, Duration firstWait, Pause pause) {
    this(attempts, firstWait, pause, CallObserver.NONE);
  }

  private RetryPolicy(int attempts, Duration firstWait, Pause pause, CallObserver observer) {
    this.attempts = attempts;
    this.firstWait = firstWait;
    this.pause = pause;
    this.observer = observer;
  }

  /**
   * Calls until there is an answer, a final failure, or no attempt left.
   *
   * @throws ServiceFailure the last failure
   */
  public <T, E extends Exception> T call(Call<T, E> call) throws E {
    for (int attempt = 1; ; attempt++) {
      try {
        return call.make();
      } catch (ServiceFailure failure) {
        if (!failure.isPassing() || attempt >= attempts) {
          throw failure;
        }
        await(attempt, failure);
      }
    }
  }

  public int attempts() {
    return attempts;
  }

  /** Waits after a failed attempt, counted from 1; throws the failure if that makes no sense. */
  public void await(int attempt, ServiceFailure failure) {
    if (failure.status().equals(INTERRUPTED)) {
      throw failure;
    }
    long doubled = firstWait.toMillis() << Math.min(attempt - 1, 10);
    long spread = doubled / 2 + ThreadLocalRandom.current().nextLong(doubled / 2 + 1);
    long wait = Math.max(spread, failure.retryAfter().map(Duration::toMillis).orElse(0L));
    if (wait > LONGEST_WAIT.toMillis()) {
      throw failure;
    }
    if (attempt == REPORT_AFTER) {
      String words = Amounts.clause(failure.getMessage());
      LOG.atLevel(REPEATS.level(Level.WARN, "", words)).log("{}; still trying", words);
    }
    observer.repeated(failure.kind());
    pause(Duration.ofMillis(wait));
  }

  /** Waits a given time; an interrupt ends the work at hand as a passing failure. */
  public void pause(Duration time) {
    try {
      pause.await(time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw interrupted();
    }
  }

  /** What happens to calls when the process is asked to end. */
  public static ServiceFailure interrupted() {
    return new ServiceFailure(
        ServiceFailure.Kind.UNREACHABLE,
        INTERRUPTED,
        "Stopped while waiting for the service",
        Optional.empty(),
        null);
  }
}
