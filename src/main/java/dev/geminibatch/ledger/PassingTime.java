package dev.geminibatch.ledger;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How much time passes, by two clocks of which neither is enough. The first one continues while the
 * process is stopped, but may stand still while the machine is suspended; the second one continues
 * then, but somebody may set it.
 *
 * @param nanos of a clock that nobody sets
 * @param millis of the machine, since 1970
 */
public record PassingTime(LongSupplier nanos, LongSupplier millis) {
  /** What both clocks say. */
  record Moment(long nanos, long millis) {
    /** By the clock that says more: nobody can rely on so much time being left. */
    Duration atMostUntil(Moment later) {
      return Duration.ofNanos(
          Math.max(later.nanos - nanos, TimeUnit.MILLISECONDS.toNanos(later.millis - millis)));
    }

    /** By the clock that nobody sets. */
    Duration until(Moment later) {
      return Duration.ofNanos(later.nanos - nanos);
    }
  }

  Moment now() {
    return new Moment(nanos.getAsLong(), millis.getAsLong());
  }
}
