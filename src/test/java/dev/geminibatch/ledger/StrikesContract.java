package dev.geminibatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.run.Capacity;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunState;
import dev.geminibatch.run.Suspicion;
import dev.geminibatch.run.WorkRecord;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Runs whose work ends or blocks processes. */
abstract class StrikesContract extends LedgerContract {
  private static final Capacity PRESENT = new Capacity(256 << 20, "1");

  private static WorkRecord.Ended oom(String run, boolean isCause) {
    return new WorkRecord.Ended(run, "inspect", isCause, "OutOfMemoryError");
  }

  private Strikes strikes() {
    return ledger.strikes(PRESENT);
  }

  private List<String> due() {
    return ledger.due().mayGoOn(clock.instant(), START, id -> false).stream().map(Run::id).toList();
  }

  private String held(String name) {
    String run = received(name);
    strikes().ended(oom(run, true));
    strikes().ended(oom(run, true));
    return run;
  }

  @Test
  void a_run_that_ended_a_process_twice_is_held_with_the_reason() {
    String run = received("a.jsonl");

    strikes().ended(oom(run, true));
    assertThat(run(run).isHeld()).isFalse();
    assertThat(run(run).waiting().suspicion()).isEqualTo(Suspicion.ENDED);
    assertThat(run(run).reason().orElseThrow())
        .isEqualTo(
            "Java ran out of memory in the stage inspect. The run is tried once more, last and"
                + " alone");
    assertThat(due()).containsExactly(run);

    strikes().ended(oom(run, true));
    assertThat(run(run).isHeld()).isTrue();
    assertThat(run(run).reason().orElseThrow())
        .startsWith("Java ran out of memory in the stage inspect, when the run was tried once more")
        .contains("nothing of it is lost", "-Xmx", "256m");
    assertThat(due()).isEmpty();
  }

  @Test
  void to_be_beside_such_a_run_again_and_again_holds_nobody() {
    String run = received("a.jsonl");
    strikes().ended(oom(run, false));
    assertThat(run(run).waiting().suspicion().isTriedAlone()).isFalse();
    for (int i = 0; i < 5; i++) {
      strikes().ended(oom(run, false));
      assertThat(run(run).waiting().suspicion().isTriedAlone()).isTrue();
    }
    assertThat(run(run).isHeld()).isFalse();
    assertThat(run(run).reason()).isEmpty();
    strikes().ended(oom(run, true));
    assertThat(run(run).isHeld()).as("its first of its own").isFalse();
  }

  @Test
  void a_run_that_got_further_begins_without_strikes() {
    String run = received("a.jsonl");
    strikes().ended(oom(run, true));

    runs().inspected(run, "f", 1, 0, false);

    assertThat(run(run).waiting().suspicion()).isEqualTo(Suspicion.NONE);
    strikes().ended(oom(run, true));
    assertThat(run(run).isHeld()).isFalse();
  }

  @Test
  void a_users_route_releases_no_run_that_is_held_for_its_strikes() {
    String run = held("a.jsonl");
    String night = received("b.jsonl");
    runs().hold(night, "until the night");
    runs().hold(run, "until the night");

    assertThat(runs().release()).isEqualTo(1);

    assertThat(run(run).isHeld()).isTrue();
    assertThat(run(run).reason().orElseThrow()).startsWith("Java ran out of memory");
    assertThat(run(night).isHeld()).isFalse();
  }

  @Test
  void more_memory_another_version_or_a_person_give_it_one_more_chance() {
    String run = held("a.jsonl");
    assertThat(strikes().retry()).as("nothing has changed").isZero();
    assertThat(ledger.strikes(new Capacity(64 << 20, "1")).retry()).isZero();

    for (Capacity better : new Capacity[] {new Capacity(1 << 30, "1"), new Capacity(1, "2")}) {
      assertThat(ledger.strikes(better).retry()).isEqualTo(1);
      assertThat(run(run).isHeld()).isFalse();
      assertThat(run(run).waiting().suspicion().isTriedAlone()).isTrue();
      strikes().ended(oom(run, true));
      assertThat(run(run).isHeld()).isTrue();
    }
    strikes().retry(run);
    assertThat(run(run).isHeld()).isFalse();
  }

  @Test
  void a_run_that_got_stuck_waits_and_is_then_tried_last_beside_others() {
    String run = received("a.jsonl");
    strikes().stuck(run, "No progress", Duration.ofMinutes(10));

    assertThat(due()).isEmpty();
    clock.forward(Duration.ofMinutes(10));
    assertThat(due()).containsExactly(run);
    assertThat(run(run).waiting().suspicion()).isEqualTo(Suspicion.STUCK);
  }

  @Test
  void a_run_that_makes_progress_after_all_is_not_held_any_more() {
    String run = received("a.jsonl");
    strikes().stuck(run, "No progress", Duration.ZERO);
    strikes().stuck(run, "No progress", Duration.ZERO);
    assertThat(run(run).waiting().isHeldForStrikes()).isTrue();

    runs().inspected(run, "f", 1, 0, false);

    assertThat(run(run).isHeld()).isFalse();
    assertThat(due()).containsExactly(run);
  }

  @Test
  void a_run_that_a_route_holds_stays_so_when_it_moves() {
    String run = received("a.jsonl");
    runs().hold(run, "until the night");

    runs().inspected(run, "f", 1, 0, false);

    assertThat(run(run).isHeld()).isTrue();
    assertThat(run(run).waiting().isHeldForStrikes()).isFalse();
  }

  @Test
  void finished_and_forgotten_runs_get_no_strikes() {
    String done = delivered("a.jsonl");
    strikes().ended(oom(done, true));
    strikes().ended(oom("unknown", true));
    strikes().ended(oom("unknown", false));

    Run run = run(done);
    assertThat(run.state()).isEqualTo(RunState.DELIVERED);
    assertThat(run.waiting().suspicion()).isEqualTo(Suspicion.NONE);
  }

  @Test
  void the_content_of_a_held_run_may_be_tried_again_unless_it_is_paid_for() {
    String unpaid = inspected("a.jsonl");
    strikes().ended(oom(unpaid, true));
    strikes().ended(oom(unpaid, true));

    assertThat(runs().inspected(received("b.jsonl"), unpaid, 1, 0, true)).isEmpty();
  }
}
