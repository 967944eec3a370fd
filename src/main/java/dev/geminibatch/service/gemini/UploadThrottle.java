package dev.geminibatch.service.gemini;

import dev.geminibatch.service.RetryPolicy;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.service.ServiceFailure.Kind;
import java.time.Duration;
import java.util.Optional;

/**
 * How many files are uploaded at the same time: as many as the service bears.
 *
 * <p>When the service says "too many" or is in trouble, the number is halved for everybody and no
 * upload begins before the time that the service named; each request that goes well gives a part of
 * one back. So many threads do not hammer a service that has asked one of them to wait.
 */
final class UploadThrottle {
  /** Slow-downs within this time have the same cause: one burst of refusals halves once. */
  private static final long ONE_CAUSE_NANOS = Duration.ofMillis(500).toNanos();

  private final int most;
  private double limit;
  private int inside;
  private long notBefore = System.nanoTime();
  private long lastSlowDown = System.nanoTime() - ONE_CAUSE_NANOS;

  /**
   * @param most uploads at the same time, when all goes well
   */
  UploadThrottle(int most) {
    this.most = most;
    this.limit = most;
  }

  /** An upload that is on its way; closing it lets another one begin. */
  final class Slot implements AutoCloseable {
    @Override
    public void close() {
      leave();
    }
  }

  /**
   * Waits until an upload may begin.
   *
   * @throws ServiceFailure when the thread is asked to stop, or when the service asks to wait
   *     longer than a thread should be held
   */
  synchronized Slot enter() {
    try {
      while (inside >= (int) limit || System.nanoTime() - notBefore < 0) {
        long millis = (notBefore - System.nanoTime()) / 1_000_000;
        if (millis > RetryPolicy.LONGEST_WAIT.toMillis()) {
          throw new ServiceFailure(
              Kind.QUOTA,
              "RESOURCE_EXHAUSTED",
              "The service asks to wait for " + millis / 1000 + " s",
              Optional.of(Duration.ofMillis(millis)),
              null);
        }
        wait(millis >= 0 ? millis + 1 : 1000);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ServiceFailure(
          Kind.UNREACHABLE,
          "INTERRUPTED",
          "Stopped while waiting for the service",
          Optional.empty(),
          null);
    }
    inside++;
    return new Slot();
  }

  private synchronized void leave() {
    inside--;
    notifyAll();
  }

  /** A request went well. */
  synchronized void speedUp() {
    limit = Math.min(most, limit + 1 / limit);
    notifyAll();
  }

  /** A request was refused because there were too many. */
  synchronized void slowDown(ServiceFailure failure) {
    if (failure.kind() != Kind.QUOTA && failure.kind() != Kind.UNAVAILABLE) {
      return;
    }
    long now = System.nanoTime();
    if (now - lastSlowDown >= ONE_CAUSE_NANOS) {
      limit = Math.max(1, limit / 2);
      lastSlowDown = now;
    }
    long then = now + failure.retryAfter().map(Duration::toNanos).orElse(0L);
    notBefore = then - notBefore > 0 ? then : notBefore;
  }

  /** How many uploads may be on their way now. */
  synchronized int limit() {
    return (int) limit;
  }
}
