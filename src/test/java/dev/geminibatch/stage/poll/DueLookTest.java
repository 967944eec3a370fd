package dev.geminibatch.stage.poll;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.run.Run;
import dev.geminibatch.testkit.FakeService;
import dev.geminibatch.testkit.Samples;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How often thousands of runs that are worked on already are passed over. */
class DueLookTest {
  private static final int MANY = 120;

  @TempDir Path folder;
  private StageFixture fixture;
  private final Set<String> busy = new HashSet<>();
  private long nanos;
  private DueLook look;

  @BeforeEach
  void open() throws IOException {
    fixture = StageFixture.open(folder, new FakeService());
    look = new DueLook(fixture.ledger().due(), busy::contains, busy::isEmpty, () -> nanos);
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  private List<String> due() {
    return found().runs().stream().map(Run::id).toList();
  }

  private DueLook.Found found() {
    return look.look(fixture.clock().instant(), fixture.clock().instant());
  }

  private void passOver(int runs) throws IOException {
    for (int i = 0; i < runs; i++) {
      busy.add(fixture.ordered("busy-" + i + ".jsonl"));
    }
  }

  @Test
  void what_is_due_is_found_at_every_look_as_long_as_few_are_worked_on() throws IOException {
    passOver(3);
    assertThat(due()).isEmpty();

    String run = fixture.ordered("a.jsonl");

    assertThat(due()).containsExactly(run);
    assertThat(found().areAll()).isTrue();
  }

  @Test
  void behind_many_that_are_worked_on_it_is_found_a_little_later() throws IOException {
    passOver(MANY);
    assertThat(due()).isEmpty();
    String run = fixture.ordered("a.jsonl");
    assertThat(found()).isEqualTo(new DueLook.Found(List.of(), false));

    nanos += Duration.ofSeconds(1).toNanos();

    assertThat(due()).containsExactly(run);
  }

  @Test
  void a_run_whose_job_has_ended_does_not_wait_for_that() throws IOException {
    String run = fixture.assembled("a.jsonl", Samples.nativeLine("a", "Hello"));
    fixture.submit(run);
    passOver(MANY);
    assertThat(due()).isEmpty();

    fixture.ended(run, 1, "");

    assertThat(due()).containsExactly(run);
  }
}
