package dev.geminibatch.management;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.ledger.Events;
import dev.geminibatch.ledger.Events.Event;
import dev.geminibatch.ledger.Events.Level;
import dev.geminibatch.logging.LogEar.Heard;
import dev.geminibatch.logging.LogLevel;
import dev.geminibatch.run.Progress;
import dev.geminibatch.run.RunEvent;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventLogTest {
  private static final Instant TIME = Instant.parse("2026-01-02T03:04:05Z");

  @TempDir private Path folder;
  private final Deque<Runnable> later = new ArrayDeque<>();
  private StageFixture fixture;
  private EventLog log;

  @BeforeEach
  void open() throws IOException {
    fixture = StageFixture.open(folder);
    log = new EventLog(fixture.clock(), later::add, () -> {});
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  private static Heard heard(String text, String run, String file) {
    return new Heard(
        TIME, LogLevel.WARN, text, Optional.ofNullable(run), Optional.ofNullable(file));
  }

  private void run() {
    List.copyOf(later).forEach(Runnable::run);
    later.clear();
  }

  private Events ledger() {
    return fixture.ledger().events();
  }

  private List<Event> kept() {
    return ledger().page(Long.MAX_VALUE, 100).stream().map(Events.Entry::event).toList();
  }

  @Test
  void what_is_logged_before_the_ledger_is_open_is_kept_then() {
    log.hear(heard("early", null, null));
    assertThat(later).isEmpty();

    log.begin(ledger());
    log.hear(heard("late", "r1", null));
    run();

    assertThat(kept())
        .containsExactly(
            new Event(TIME, Level.WARN, "late", Optional.of("r1")),
            new Event(TIME, Level.WARN, "early", Optional.empty()));
  }

  @Test
  void events_that_come_together_are_written_together_and_nothing_is_without_any() {
    log.begin(ledger());
    assertThat(later).isEmpty();

    log.hear(heard("one", null, null));
    log.hear(heard("two", null, null));

    assertThat(later).hasSize(1);
    run();
    assertThat(later).isEmpty();
    assertThat(kept()).hasSize(2);
  }

  @Test
  void what_is_the_same_of_many_files_is_one_event() {
    log.begin(ledger());
    for (int i = 0; i < 300; i++) {
      log.hear(heard("f" + i + ".jsonl: try " + i + " failed", "r" + i, "f" + i + ".jsonl"));
    }
    log.hear(heard("g.jsonl: gone", "r", "g.jsonl"));
    run();

    assertThat(kept())
        .extracting(Event::text)
        .containsExactly("g.jsonl: gone", "f0.jsonl: try 0 failed (and 299 more like it)");
  }

  @Test
  void what_is_too_much_is_lost_and_counted() {
    log.begin(ledger());
    for (int i = 0; i < EventLog.MOST_WAITING + 7; i++) {
      log.hear(heard("x" + Character.toString('a' + i), null, null));
    }
    run();

    assertThat(kept().get(0).text()).startsWith("7 events not kept");
  }

  @Test
  void while_the_ledger_cannot_be_written_to_events_are_counted() throws Exception {
    log.begin(ledger());
    fixture.sql("ALTER TABLE event RENAME TO away");
    log.hear(heard("one", null, null));
    run();
    assertThat(later).isEmpty();

    fixture.sql("ALTER TABLE away RENAME TO event");
    log.hear(heard("two", null, null));
    run();

    assertThat(kept()).extracting(Event::text).last().isEqualTo("two");
    assertThat(kept().get(0).text()).startsWith("1 event not kept");
  }

  @Test
  void a_delivery_is_an_event_if_it_lacks_answers() throws IOException {
    log.begin(ledger());
    Progress progress = log.watching(Progress.none());
    String run = fixture.dropped("a.jsonl");

    progress.happened(new RunEvent.Delivered(fixture.run(run), 5, Map.of()));
    assertThat(later).isEmpty();
    progress.happened(new RunEvent.Delivered(fixture.run(run), 5, Map.of("too-long", 2L)));
    run();

    Event event = kept().get(0);
    assertThat(kept()).hasSize(1);
    assertThat(event.text()).isEqualTo("a.jsonl: 2 of 7 requests without an answer (too-long 2)");
    assertThat(event.level()).isEqualTo(Level.WARN);
    assertThat(event.runId()).hasValue(run);
  }

  @Test
  void warnings_count_and_of_the_rest_only_what_a_person_did_or_must_know() {
    assertThat(log.wants(LogLevel.ERROR, "org.apache.camel")).isTrue();
    assertThat(log.wants(LogLevel.WARN, "submit")).isTrue();
    assertThat(log.wants(LogLevel.INFO, "settings")).isTrue();
    assertThat(log.wants(LogLevel.INFO, "deliver")).isFalse();
    assertThat(log.wants(LogLevel.DEBUG, "settings")).isFalse();
  }

  @Test
  void a_run_that_is_named_in_the_text_is_found() {
    log.begin(ledger());
    log.happened(Level.INFO, "a.jsonl (run 20260102-030405-abc123) is paused");
    run();

    assertThat(kept().get(0).runId()).hasValue("20260102-030405-abc123");
  }

  @Test
  void what_has_come_is_written_at_the_end() {
    log.begin(ledger());
    log.happened(Level.INFO, "The daemon stops");

    log.close();

    assertThat(kept()).hasSize(1);
  }
}
