package dev.geminibatch.window;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Something that may take long to find out, for pages that do not wait for it. It is found out in
 * the background when somebody asks, one search at a time, and so seldom that it takes little of
 * the time.
 *
 * @param <T> what is found
 */
final class Recent<T> {
  private static final Logger LOG = LoggerFactory.getLogger("window");

  /** Searches take no more than this part of the time. */
  private static final int SHARE = 20;

  private final Supplier<T> search;
  private final long fresh;
  private final LongSupplier nanos;
  private final Executor background;
  private CompletableFuture<Void> latest;
  private volatile Last<T> last;

  private record Last<T>(T what, long begun, long restUntil) {}

  /**
   * What was found last.
   *
   * @param age how old it is at the most
   */
  record Found<T>(T what, Duration age) {}

  /**
   * Searches for nothing yet.
   *
   * @param fresh how long what was found counts, at least
   * @param nanos a clock that only goes forward
   */
  Recent(Supplier<T> search, Duration fresh, LongSupplier nanos, Executor background) {
    this.search = search;
    this.fresh = fresh.toNanos();
    this.nanos = nanos;
    this.background = background;
  }

  /**
   * What was found last; empty if that was nothing yet.
   *
   * @param patience how long to wait for a search that is under way
   */
  Optional<Found<T>> get(Duration patience) {
    try {
      current().get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      // it is found out for the next one who asks
    } catch (ExecutionException e) {
      LOG.debug("What a page shows cannot be found out", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Last<T> found = last;
    return found == null
        ? Optional.empty()
        : Optional.of(
            new Found<>(found.what(), Duration.ofNanos(nanos.getAsLong() - found.begun())));
  }

  /** The search that is under way, or that was the last one as long as it counts. */
  private synchronized CompletableFuture<Void> current() {
    boolean isUnderWay = latest != null && !latest.isDone();
    Last<T> found = last;
    if (!isUnderWay && (found == null || nanos.getAsLong() - found.restUntil() >= 0)) {
      latest = CompletableFuture.runAsync(this::search, background);
    }
    return latest;
  }

  private void search() {
    long begun = nanos.getAsLong();
    T what = search.get();
    long end = nanos.getAsLong();
    last = new Last<>(what, begun, end + Math.max(fresh, SHARE * (end - begun)));
  }
}
