package dev.geminibatch.management;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * Something that may take long to find out, for those who want an answer at once. It is found out
 * when somebody asks, and not more often than it has to. Whoever asks waits {@value
 * #LONGEST_WAIT_MILLIS} ms at most, and gets what was found last.
 *
 * @param <T> what is found
 */
final class Prompt<T> {
  private static final long LONGEST_WAIT_MILLIS = 800;

  private final Supplier<T> search;
  private final Duration every;
  private final Clock clock;
  private final Executor background;
  private CompletableFuture<Void> latest;
  private Instant begun;
  private volatile Optional<T> last = Optional.empty();

  /**
   * @param search must not throw
   * @param every how old an answer may be
   * @param background runs the search
   */
  Prompt(Supplier<T> search, Duration every, Clock clock, Executor background) {
    this.search = search;
    this.every = every;
    this.clock = clock;
    this.background = background;
  }

  /** What was found last; empty if that was nothing yet. */
  Optional<T> get() {
    try {
      current().get(LONGEST_WAIT_MILLIS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      // it is found out for the next one who asks
    } catch (ExecutionException e) {
      throw new IllegalStateException("A search must not throw", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return last;
  }

  /** The search that is under way, or that was the last one as long as its answer is new enough. */
  private synchronized CompletableFuture<Void> current() {
    Instant now = clock.instant();
    boolean isOver = latest == null || latest.isDone();
    if (isOver && (begun == null || !now.isBefore(begun.plus(every)) || now.isBefore(begun))) {
      begun = now;
      latest = CompletableFuture.runAsync(() -> last = Optional.of(search.get()), background);
    }
    return latest;
  }

  /** For how long a search has been under way; zero if none is. */
  synchronized Duration underWay() {
    return latest == null || latest.isDone()
        ? Duration.ZERO
        : Duration.between(begun, clock.instant());
  }
}
