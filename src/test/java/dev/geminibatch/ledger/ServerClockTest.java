package dev.geminibatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

/** The machine's time is a number here, and the server is an hour ahead of it. */
class ServerClockTest {
  private static final Duration BEAT = Duration.ofSeconds(10);
  private static final long HOUR = Duration.ofHours(1).toMillis();

  private long machine = 1_000_000;
  private final ServerClock clock = new ServerClock(new Machine());

  private final class Machine extends Clock {
    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Instant instant() {
      return Instant.ofEpochMilli(machine);
    }
  }

  /** Asks the server, whose answer takes a while. */
  private void ask(Duration way, Duration wayBack) {
    long before = machine;
    long server = machine + way.toMillis() + HOUR;
    machine += way.plus(wayBack).toMillis();
    clock.correct(server, before, BEAT);
  }

  @Test
  void an_answer_sets_the_clock() {
    ask(Duration.ofMillis(50), Duration.ofMillis(50));

    assertThat(clock.millis()).isEqualTo(machine + HOUR);
    assertThat(clock.instant()).isEqualTo(Instant.ofEpochMilli(machine + HOUR));
  }

  @Test
  void an_answer_that_was_read_late_does_not_set_it() {
    ask(Duration.ofMillis(50), Duration.ofMillis(50));
    ask(Duration.ZERO, Duration.ofMinutes(40));

    assertThat(clock.millis()).isEqualTo(machine + HOUR);
  }

  @Test
  void nor_does_one_during_which_the_clock_of_the_machine_was_set_back() {
    ask(Duration.ofMillis(50), Duration.ofMillis(50));
    ask(Duration.ZERO, Duration.ofMinutes(-40));

    assertThat(clock.millis()).isEqualTo(machine + HOUR);
  }
}
