package dev.geminibatch.window;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RecentTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - SECOND); // it may overflow
  private final AtomicInteger searches = new AtomicInteger();
  private final Deque<Runnable> begun = new ArrayDeque<>();
  private long takes;

  private final Recent<Integer> recent =
      new Recent<>(this::search, Duration.ofSeconds(5), nanos::get, begun::add);

  private int search() {
    nanos.addAndGet(takes);
    return searches.incrementAndGet();
  }

  private int shown() {
    return recent.get(Duration.ZERO).map(Recent.Found::what).orElse(0);
  }

  private void work() {
    while (!begun.isEmpty()) {
      begun.remove().run();
    }
  }

  @Test
  void nobody_waits_for_it_and_it_is_searched_for_once_at_a_time() {
    assertThat(shown()).isZero();
    assertThat(shown()).isZero();
    assertThat(begun).hasSize(1);

    work();

    assertThat(shown()).isEqualTo(1);
  }

  @Test
  void it_counts_for_a_while_and_then_until_the_next_is_found() {
    shown();
    work();
    nanos.addAndGet(4 * SECOND);
    assertThat(shown()).isEqualTo(1);
    assertThat(begun).isEmpty();

    nanos.addAndGet(SECOND);
    assertThat(shown()).isEqualTo(1);
    work();

    assertThat(shown()).isEqualTo(2);
  }

  @Test
  void what_takes_long_is_searched_for_seldom_and_says_how_old_it_is() {
    takes = 3 * SECOND;
    shown();
    work();
    nanos.addAndGet(59 * SECOND);

    assertThat(recent.get(Duration.ZERO).orElseThrow().age()).isEqualTo(Duration.ofSeconds(62));
    assertThat(begun).isEmpty();
    nanos.addAndGet(SECOND);
    shown();
    assertThat(begun).hasSize(1);
  }

  @Test
  void a_search_that_fails_leaves_what_there_was_and_is_tried_again() {
    AtomicInteger tries = new AtomicInteger();
    Recent<Integer> failing =
        new Recent<>(
            () -> {
              if (tries.incrementAndGet() == 2) {
                throw new IllegalStateException("the ledger is closed");
              }
              return tries.get();
            },
            Duration.ZERO,
            nanos::get,
            Runnable::run);

    assertThat(failing.get(Duration.ZERO).orElseThrow().what()).isEqualTo(1);
    assertThat(failing.get(Duration.ZERO).orElseThrow().what()).isEqualTo(1);
    assertThat(failing.get(Duration.ZERO).orElseThrow().what()).isEqualTo(3);
  }
}
