package dev.geminibatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.ledger.Events.Event;
import dev.geminibatch.ledger.Events.Level;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What people have done, and what they may want to know of. */
abstract class AuditContract extends LedgerContract {
  private static final long NEWEST = Long.MAX_VALUE;

  private Event event(int number) {
    return new Event(
        clock.instant().plusSeconds(number), Level.WARN, "event " + number, Optional.of("run-1"));
  }

  @Test
  void what_people_have_done_is_there_after_a_restart_the_newest_first() throws IOException {
    ledger.audit().write("127.0.0.1", "paused the run", Optional.of("run-1"));
    clock.forward(Duration.ofSeconds(1));
    ledger.audit().write("127.0.0.2", "dropped a file\u0001 '; DROP TABLE run", Optional.empty());
    reopen();
    ledger.audit().write("x".repeat(9_999), "y".repeat(9_999), Optional.of("run-2"));

    assertThat(ledger.audit().page(3, 9))
        .containsExactly(
            new Audit.Entry(
                2,
                START.plusSeconds(1),
                "127.0.0.2",
                "dropped a file\u0001 '; DROP TABLE run",
                Optional.empty()),
            new Audit.Entry(1, START, "127.0.0.1", "paused the run", Optional.of("run-1")));
    assertThat(ledger.audit().page(NEWEST, 1)).extracting(Audit.Entry::id).containsExactly(3L);
    assertThat(ledger.audit().page(NEWEST, 1).get(0).who()).hasSizeLessThan(300);
  }

  @Test
  void events_are_written_together_and_come_the_newest_first() {
    ledger.events().write(List.of());
    ledger.events().write(List.of(event(1), event(2)));
    ledger
        .events()
        .write(List.of(new Event(clock.instant(), Level.ERROR, "event 3", Optional.empty())));

    assertThat(ledger.events().page(NEWEST, 9))
        .extracting(entry -> entry.event().text())
        .containsExactly("event 3", "event 2", "event 1");
    assertThat(ledger.events().page(3, 1)).containsExactly(new Events.Entry(2, event(2)));
  }

  @Test
  void only_the_last_thousand_events_are_kept() {
    for (int round = 0; round < 3; round++) {
      int from = round * 450;
      ledger.events().write(IntStream.range(from, from + 450).mapToObj(this::event).toList());
    }

    assertThat(ledger.events().page(NEWEST, 5_000))
        .hasSize(1_000)
        .satisfies(all -> assertThat(all.get(0).event()).isEqualTo(event(1_349)))
        .satisfies(all -> assertThat(all.get(999).event()).isEqualTo(event(350)));

    ledger.events().write(IntStream.range(0, 2_500).mapToObj(this::event).toList());

    assertThat(ledger.events().page(NEWEST, 5_000))
        .hasSize(1_000)
        .satisfies(all -> assertThat(all.get(999).event()).isEqualTo(event(1_500)));
  }
}
