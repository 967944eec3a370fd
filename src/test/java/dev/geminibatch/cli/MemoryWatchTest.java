package dev.geminibatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A process that only looks for memory is as good as dead. */
class MemoryWatchTest {
  private final List<Throwable> exhausted = new ArrayList<>();
  private long collecting;
  private long time;
  private double used;
  private final MemoryWatch watch =
      new MemoryWatch(() -> collecting, () -> used, () -> time, exhausted::add);

  private void pass(int looks, double share, double usedThen) {
    used = usedThen;
    for (int i = 0; i < looks; i++) {
      time += TimeUnit.SECONDS.toNanos(10);
      collecting += (long) (share * 10_000);
      watch.look();
    }
  }

  @Test
  void a_minute_without_any_work_is_as_an_error() {
    pass(MemoryWatch.LOOKS - 1, 0.99, 0.99);
    assertThat(exhausted).isEmpty();

    pass(1, 0.99, 0.99);

    assertThat(exhausted).singleElement().isInstanceOf(OutOfMemoryError.class);
  }

  @Test
  void a_busy_collector_or_a_full_memory_alone_is_none() {
    pass(100, 0.99, 0.5);
    pass(100, 0.5, 0.99);
    for (int i = 0; i < 100; i++) {
      pass(MemoryWatch.LOOKS - 1, 0.99, 0.99);
      pass(1, 0.2, 0.99);
    }

    assertThat(exhausted).isEmpty();
  }
}
