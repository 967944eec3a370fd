package dev.geminibatch.line;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ReadAheadTest {
  private final ExecutorService workers = Executors.newFixedThreadPool(3);

  @AfterEach
  void stop() {
    workers.shutdownNow();
  }

  @Test
  void outcomes_come_in_the_order_of_the_elements() {
    ReadAhead<Integer, Integer> squares = ahead(count(20_000), 50, number -> number * number);

    List<Integer> seen = new ArrayList<>();
    squares.forEachRemaining(seen::add);

    assertThat(seen).isEqualTo(IntStream.range(0, 20_000).map(n -> n * n).boxed().toList());
    assertThat(squares.hasNext()).isFalse();
  }

  @Test
  void a_small_element_that_is_the_only_one_wakes_no_other_thread() {
    ReadAhead<Integer, Thread> only = ahead(count(1), 50, number -> Thread.currentThread());

    assertThat(only).toIterable().containsExactly(Thread.currentThread());
    assertThat(only.hasNext()).isFalse();
  }

  @Test
  void what_the_only_element_fails_with_comes_when_its_outcome_is_asked_for() {
    ReadAhead<Integer, Integer> only =
        ahead(
            count(1),
            50,
            number -> {
              throw new IllegalArgumentException("bad");
            });

    assertThat(only.hasNext()).isTrue();
    assertThatThrownBy(only::next).isInstanceOf(IllegalArgumentException.class).hasMessage("bad");
    assertThat(only.hasNext()).isFalse();
  }

  @Test
  void elements_are_worked_on_at_the_same_time() {
    CyclicBarrier bothAreThere = new CyclicBarrier(2);
    ReadAhead<Integer, Integer> pairs =
        ahead(
            count(4),
            2,
            number -> {
              try {
                bothAreThere.await(30, TimeUnit.SECONDS);
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
              return number;
            });

    assertThat(pairs).toIterable().containsExactly(0, 1, 2, 3);
  }

  @Test
  void no_more_is_under_way_than_may_be() {
    AtomicInteger read = new AtomicInteger();
    Iterator<Integer> source = IntStream.range(0, 500).map(n -> read.incrementAndGet()).iterator();
    ReadAhead<Integer, Integer> slow = ahead(source, 8, number -> number);

    for (int taken = 1; slow.hasNext(); taken++) {
      slow.next();
      assertThat(read.get()).isLessThanOrEqualTo(taken + 8);
    }
  }

  @Test
  void an_element_too_heavy_for_the_memory_comes_where_its_outcome_would() {
    ReadAhead<Integer, Integer> heavy = ahead(count(3), 2, ReadAheadTest::withoutMemoryForOne);

    assertThat(heavy.next()).isZero();
    assertThatThrownBy(heavy::next).isInstanceOf(LineTooLarge.class);
    assertThat(heavy.next()).isEqualTo(2);
  }

  @Test
  void without_memory_for_a_light_element_the_error_stays_one() {
    ReadAhead<Integer, Integer> light = ahead(count(3), 50, ReadAheadTest::withoutMemoryForOne);

    assertThat(light.next()).isZero();
    assertThatThrownBy(light::next).isInstanceOf(OutOfMemoryError.class);
  }

  private static int withoutMemoryForOne(int number) {
    if (number == 1) {
      throw new OutOfMemoryError("too large"); // as for a line of 60 MB
    }
    return number;
  }

  @Test
  void what_the_source_throws_comes_after_what_it_gave() {
    Iterator<Integer> source =
        IntStream.range(0, 5)
            .peek(
                number -> {
                  if (number == 3) {
                    throw new IllegalStateException("unreadable");
                  }
                })
            .iterator();
    ReadAhead<Integer, Integer> numbers = ahead(source, 50, number -> number);

    assertThat(List.of(numbers.next(), numbers.next(), numbers.next())).containsExactly(0, 1, 2);
    assertThatThrownBy(numbers::next).hasMessage("unreadable");
    assertThat(numbers.hasNext()).isFalse();
  }

  @Test
  void nothing_is_read_after_it_was_cancelled() {
    AtomicInteger read = new AtomicInteger();
    Iterator<Integer> source = IntStream.iterate(0, n -> read.incrementAndGet()).iterator();
    ReadAhead<Integer, Integer> endless = ahead(source, 10, number -> number);
    endless.next();

    endless.cancel();
    int before = read.get();

    assertThat(endless.hasNext()).isFalse();
    assertThat(read.get()).isEqualTo(before);
  }

  private <B> ReadAhead<Integer, B> ahead(
      Iterator<Integer> source, long most, java.util.function.Function<Integer, B> work) {
    return new ReadAhead<>(source, number -> 1, most, work, workers);
  }

  private static Iterator<Integer> count(int numbers) {
    return IntStream.range(0, numbers).iterator();
  }
}
