package dev.geminibatch.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.sandbox.MovableClock;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How often a group is read, and what is shown while that takes long. */
class RemoteGroupTest {
  private final ExecutorService background = Executors.newCachedThreadPool();
  private final MovableClock clock = new MovableClock(Clock.systemUTC());
  private final AtomicLong nanos = new AtomicLong();
  private final AtomicInteger readings = new AtomicInteger();

  @AfterEach
  void stop() {
    background.shutdownNow();
  }

  private RemoteGroup group(Group group) {
    return new RemoteGroup("disk", group, Duration.ofSeconds(5), clock, nanos::get, background);
  }

  private void pass(Duration time) {
    clock.forward(time);
    nanos.addAndGet(time.toNanos());
  }

  /** The number of the reading that is shown. */
  private static double shown(Group group) throws IOException {
    Samples samples = new Samples();
    group.read(samples);
    return samples.all().get(Metric.LEDGER_BYTES).get(List.of()).value();
  }

  @Test
  void what_was_read_counts_for_five_seconds() throws IOException {
    Group group = group(samples -> samples.add(Metric.LEDGER_BYTES, readings.incrementAndGet()));

    assertThat(shown(group)).isEqualTo(1);
    pass(Duration.ofSeconds(4));
    assertThat(shown(group)).isEqualTo(1);
    pass(Duration.ofSeconds(2));
    assertThat(shown(group)).isEqualTo(2);
  }

  @Test
  void reading_that_takes_a_second_is_done_once_in_fifty() throws IOException {
    Group group =
        group(
            samples -> {
              nanos.addAndGet(Duration.ofSeconds(1).toNanos());
              samples.add(Metric.LEDGER_BYTES, readings.incrementAndGet());
            });

    assertThat(shown(group)).isEqualTo(1);
    pass(Duration.ofSeconds(45));
    assertThat(shown(group)).isEqualTo(1);
    pass(Duration.ofSeconds(6));
    assertThat(shown(group)).isEqualTo(2);
  }

  @Test
  void what_cannot_be_read_is_an_error_until_it_can() throws IOException {
    Group group =
        group(
            samples -> {
              if (readings.incrementAndGet() == 1) {
                throw new IllegalStateException("no disk");
              }
              samples.add(Metric.LEDGER_BYTES, readings.get());
            });

    assertThatThrownBy(() -> shown(group))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no disk");
    pass(Duration.ofSeconds(6));
    assertThat(shown(group)).isEqualTo(2);
  }

  @Test
  void a_disk_that_hangs_keeps_nobody_waiting_and_is_asked_once() throws IOException {
    CountDownLatch answer = new CountDownLatch(1);
    Group group =
        group(
            samples -> {
              readings.incrementAndGet();
              try {
                answer.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              samples.add(Metric.LEDGER_BYTES, 7);
            });

    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> shown(group)).hasMessageContaining("does not answer");
      pass(Duration.ofMinutes(1));
    }
    assertThat(readings).hasValue(1);
    answer.countDown();
    assertThat(shown(group)).isEqualTo(7);
  }
}
