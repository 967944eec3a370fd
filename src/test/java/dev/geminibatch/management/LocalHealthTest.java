package dev.geminibatch.management;

import static dev.geminibatch.testkit.Samples.nativeLine;
import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.sandbox.MovableClock;
import dev.geminibatch.testkit.FakeService;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The checks of this machine, each with what it is about taken away. */
class LocalHealthTest {
  @TempDir Path folder;
  private final MovableClock clock = new MovableClock(Clock.systemUTC());

  @Test
  void the_ledger_of_a_daemon_can_be_written() throws IOException {
    try (StageFixture fixture = StageFixture.open(folder)) {
      fixture.ledger().probe().write();

      assertThat(storage(fixture.ledger().probe()::write).get().isWell()).isTrue();
    }
  }

  @Test
  void a_ledger_that_cannot_be_written_is_unwell_and_says_why() {
    Runnable full =
        () -> {
          throw new IllegalStateException(new IOException("database or disk is full"));
        };

    assertThat(storage(full).get().isWell()).isFalse();
    assertThat(storage(full).get().why()).contains("database or disk is full");
  }

  @Test
  void a_state_folder_that_is_gone_is_unwell() {
    Path gone = folder.resolve("gone");

    Health health = new StorageHealth(() -> {}, "here", gone, List.of()).get();

    assertThat(health.isWell()).isFalse();
    assertThat(health.why()).contains(gone.toString());
  }

  @Test
  void an_outbox_that_is_gone_is_unwell() {
    Path gone = folder.resolve("gone");

    Health health = new StorageHealth(() -> {}, "here", folder, List.of(folder, gone)).get();

    assertThat(health.isWell()).isFalse();
    assertThat(health.why()).contains(gone + " is missing");
  }

  @Test
  void nothing_is_left_of_a_check() throws IOException {
    storage(() -> {}).get();

    try (var left = Files.list(folder)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void an_inbox_that_is_gone_or_no_folder_is_unwell() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));

    assertThat(new InboxHealth(List.of(folder)).get().isWell()).isTrue();
    assertThat(new InboxHealth(List.of(folder, folder.resolve("gone"))).get().isWell()).isFalse();
    assertThat(new InboxHealth(List.of(file)).get().isWell()).isFalse();
  }

  @Test
  void a_run_that_was_given_up_is_unwell_until_its_worker_has_ended() {
    assertThat(runs(List.of("letters.jsonl"), Optional.empty()).get().why())
        .contains("letters.jsonl is stuck");
    assertThat(runs(List.of(), Optional.empty()).get().isWell()).isTrue();
  }

  @Test
  void a_job_that_the_service_should_have_ended_is_unwell() throws Exception {
    try (StageFixture fixture = StageFixture.open(folder, new FakeService())) {
      fixture.submit(fixture.assembled("letters.jsonl", nativeLine("a", "Hello")));
      Supplier<Health> health =
          new RunHealth(List::of, fixture.ledger().probe()::openBefore, fixture.clock());
      assertThat(health.get().isWell()).isTrue();

      fixture.clock().forward(Duration.ofHours(50));

      assertThat(health.get().isWell()).isFalse();
      assertThat(health.get().why()).contains("batches/");
    }
  }

  @Test
  void a_check_that_hangs_is_unwell_after_a_while_and_keeps_nobody_waiting() {
    LocalHealth health =
        new LocalHealth("disk", () -> Health.well("never said"), clock, hanging -> {});
    assertThat(health.check().isWell()).isTrue();

    clock.forward(Duration.ofMinutes(1));

    assertThat(health.check().isWell()).isFalse();
  }

  @Test
  void a_check_that_fails_is_unwell() {
    LocalHealth health =
        new LocalHealth(
            "disk",
            () -> {
              throw new IllegalStateException("odd");
            },
            clock,
            Runnable::run);

    assertThat(health.check().isWell()).isFalse();
    assertThat(health.check().why()).contains("odd");
  }

  private StorageHealth storage(Runnable ledger) {
    return new StorageHealth(ledger, folder.toString(), folder, List.of(folder));
  }

  private RunHealth runs(List<String> stuck, Optional<String> open) {
    return new RunHealth(() -> stuck, before -> open, clock);
  }
}
