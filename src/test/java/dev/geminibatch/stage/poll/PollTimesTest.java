package dev.geminibatch.stage.poll;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.run.Progress;
import dev.geminibatch.run.RunEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PollTimesTest {
  private static final long SECOND = 1_000_000_000;

  private long now = Long.MAX_VALUE - 3 * SECOND; // it runs over
  private final long begin = now;
  private final PollTimes times = new PollTimes(Duration.ofSeconds(10), () -> now);

  @Test
  void the_first_poll_is_at_once_for_jobs_that_are_there_already() {
    assertThat(polls(21)).containsExactly(0.0, 10.0, 20.0);
  }

  @Test
  void a_job_is_polled_an_interval_after_its_creation_and_at_each_interval_after_that() {
    assertThat(polls(1.5)).containsExactly(0.0);
    create();

    assertThat(polls(32)).containsExactly(11.5, 21.5, 31.5);
  }

  @Test
  void a_job_that_is_created_just_before_a_poll_is_polled_an_interval_later() {
    polls(9.5);
    create();

    assertThat(polls(30)).containsExactly(19.5, 29.5);
  }

  @Test
  void jobs_that_are_created_one_after_the_other_are_polled_together() {
    polls(1);
    create();
    polls(1.5);
    create();

    assertThat(polls(22)).containsExactly(11.5, 21.5);
  }

  @Test
  void jobs_without_end_do_not_keep_the_older_ones_from_being_polled() {
    List<Double> all = new ArrayList<>();
    for (double time = 0; time < 100; time += 4) {
      all.addAll(polls(time));
      create();
    }

    for (int i = 1; i < all.size(); i++) {
      assertThat(all.get(i) - all.get(i - 1)).isBetween(5.0, 20.0);
    }
    assertThat(all).hasSizeGreaterThan(4);
  }

  @Test
  void a_poll_that_takes_long_is_followed_by_the_next_one_of_the_row() {
    polls(1);
    create();
    assertThat(polls(11)).containsExactly(11.0);

    now = begin + (long) (33.5 * SECOND); // as long as it took

    assertThat(polls(52)).containsExactly(33.5, 41.0, 51.0);
  }

  private void create() {
    times.watching(Progress.none()).happened(new RunEvent.JobCreated("a-model"));
  }

  /** When there are polls until then, in seconds. */
  private List<Double> polls(double until) {
    List<Double> polls = new ArrayList<>();
    long end = begin + (long) (until * SECOND);
    while (end - now >= Math.max(0, times.remaining().toNanos())) {
      now += Math.max(0, times.remaining().toNanos());
      polls.add((now - begin) / (double) SECOND);
      times.polling();
    }
    now = end;
    return polls;
  }
}
