package dev.geminibatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.run.Job;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunState;
import dev.geminibatch.service.Tokens;
import dev.geminibatch.testkit.Jobs;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which runs have something to do; what merely waits is not read. */
abstract class DueRunsContract extends LedgerContract {
  /** The ids of those that can go on, in a process that began with the ledger. */
  private List<String> due() {
    return ids(ledger.due().mayGoOn(clock.instant(), START, id -> false));
  }

  @Test
  void those_between_two_stages_are_due_in_the_order_of_their_arrival() {
    String inspected = inspected("a.jsonl");
    String received = received("b.jsonl");
    String assembled = withJob(received("c.jsonl")).runId();
    String collected = inspected("d.jsonl");
    runs().moveTo(collected, RunState.COLLECTED);

    assertThat(due()).containsExactly(inspected, received, assembled, collected);
  }

  @Test
  void what_is_worked_on_is_not_read() {
    String busy = inspected("a.jsonl");
    String other = inspected("b.jsonl");

    assertThat(ids(ledger.due().mayGoOn(clock.instant(), START, busy::equals)))
        .containsExactly(other);
  }

  @Test
  void what_is_finished_followed_held_or_dry_is_not_due() {
    delivered("a.jsonl");
    runs().failed(inspected("b.jsonl"), "why");
    runs().hold(inspected("c.jsonl"), "wait");
    received(newRun("d.jsonl", true));
    runs().add(newRun("receiving.jsonl", false));
    String leader = received("e.jsonl");
    runs().inspected(leader, "same", 1, 0, true);
    runs().inspected(received("f.jsonl"), "same", 1, 0, true);

    assertThat(due()).containsExactly(leader);
  }

  @Test
  void a_parked_run_is_due_at_its_time_or_in_a_new_process() {
    String run = inspected("a.jsonl");
    runs().parked(run, "no way", Duration.ofSeconds(10));

    clock.forward(Duration.ofSeconds(9));
    assertThat(due()).isEmpty();
    assertThat(ids(ledger.due().mayGoOn(clock.instant(), clock.instant(), id -> false)))
        .containsExactly(run);

    clock.forward(Duration.ofSeconds(1));
    assertThat(due()).containsExactly(run);
  }

  @Test
  void a_submitted_run_is_due_when_a_job_ended_or_all_are_collected() {
    String run = submitted("a.jsonl");
    Job job = jobs().job(run, 1);
    assertThat(due()).isEmpty();

    jobs().ended(job, "BATCH_STATE_SUCCEEDED", "files/out", null);
    assertThat(due()).containsExactly(run);

    jobs().collected(job, 1, 0, Tokens.NONE);
    assertThat(due()).containsExactly(run);
  }

  @Test
  void a_queued_run_is_due_only_for_a_job_that_is_under_way() {
    Job job = withJob(received("a.jsonl"));
    runs().queued(job.runId(), queue(1).full("gemini-x", PROJECT));
    clock.forward(Duration.ofDays(1));
    assertThat(due()).isEmpty();

    jobs().creating(job, Jobs.room(90));

    assertThat(due()).containsExactly(job.runId());
  }

  @Test
  void a_run_with_a_job_that_has_ended_is_found_without_the_others() {
    inspected("a.jsonl");
    String run = submitted("b.jsonl");
    assertThat(ledger.due().haveEnded(clock.instant(), START, id -> false)).isEmpty();

    jobs().ended(jobs().job(run, 1), "BATCH_STATE_SUCCEEDED", "files/out", null);

    assertThat(ids(ledger.due().haveEnded(clock.instant(), START, id -> false)))
        .containsExactly(run);
    assertThat(ledger.due().haveEnded(clock.instant(), START, run::equals)).isEmpty();
  }

  private static List<String> ids(List<Run> runs) {
    return runs.stream().map(Run::id).toList();
  }
}
