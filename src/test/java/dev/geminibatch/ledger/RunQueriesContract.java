package dev.geminibatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunState;
import dev.geminibatch.testkit.Jobs;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which runs a ledger finds. */
abstract class RunQueriesContract extends LedgerContract {
  @Test
  void a_run_that_must_be_there_is_named_when_it_is_not() {
    assertThatThrownBy(() -> run("none")).hasMessage("The ledger has no run none");
  }

  @Test
  void the_newest_run_of_a_name_is_the_last() {
    received("a.jsonl");
    clock.forward(Duration.ofSeconds(1));
    String second = received("a.jsonl");
    received("b.jsonl");

    assertThat(ledger.queries().lastOf("a.jsonl").map(Run::id)).hasValue(second);
    assertThat(ledger.queries().lastOf("c.jsonl")).isEmpty();
  }

  @Test
  void unfinished_runs_are_shown_before_all_others_and_dry_ones_apart() {
    String old = inspected("old.jsonl");
    clock.forward(Duration.ofSeconds(1));
    String young = inspected("young.jsonl");
    String finished = delivered("finished.jsonl");
    clock.forward(Duration.ofSeconds(1));
    String lastFinished = delivered("last.jsonl");
    String dry = received(newRun("dry.jsonl", true));

    assertThat(ids(ledger.queries().recent(9))).containsExactly(young, old, lastFinished, finished);
    assertThat(ids(ledger.queries().recent(3))).containsExactly(young, old, lastFinished);
    assertThat(ids(ledger.queries().recent(1))).containsExactly(young);
    assertThat(ids(ledger.queries().dryRuns())).containsExactly(dry);
  }

  @Test
  void runs_in_a_state_come_in_the_order_of_their_arrival() {
    String first = inspected("a.jsonl");
    String second = inspected("b.jsonl");
    String received = received("c.jsonl");
    delivered("d.jsonl");

    assertThat(ids(ledger.queries().inState(RunState.INSPECTED))).containsExactly(first, second);
    assertThat(ids(ledger.queries().unfinished())).containsExactly(first, second, received);
  }

  @Test
  void a_run_has_open_jobs_while_the_service_may_work_on_one() {
    String open = submitted("a.jsonl");
    withJob(received("b.jsonl"));
    String ended = submitted("c.jsonl");
    jobs().ended(jobs().job(ended, 1), "BATCH_STATE_SUCCEEDED", "files/c", null);

    assertThat(ids(ledger.queries().withOpenJobs())).containsExactly(open);
  }

  @Test
  void a_run_is_paid_from_when_its_job_may_have_been_created() {
    String run = withJob(received("a.jsonl")).runId();
    assertThat(run(run).isPaid()).isFalse();

    jobs().creating(jobs().job(run, 1), Jobs.room(90));

    assertThat(run(run).isPaid()).isTrue();
  }

  @Test
  void a_leader_that_has_ended_or_is_gone_is_found_while_somebody_follows_it() {
    String leader = received("a.jsonl");
    runs().inspected(leader, "same", 1, 0, true);
    String follower = received("b.jsonl");
    runs().inspected(follower, "same", 1, 0, true);
    assertThat(ledger.queries().endedLeaders()).isEmpty();

    runs().failed(leader, "why");
    assertThat(ledger.queries().endedLeaders()).containsExactly(leader);
    runs().remove(leader);
    assertThat(ledger.queries().endedLeaders()).containsExactly(leader);

    runs().followAnother(follower);
    assertThat(ledger.queries().endedLeaders()).isEmpty();
  }

  @Test
  void only_a_run_with_answers_to_come_or_there_has_answered_before() {
    String dry = received(newRun("dry.jsonl", true));
    runs().inspected(dry, "same", 1, 0, false);
    String failed = received("failed.jsonl");
    runs().inspected(failed, "same", 1, 0, false);
    runs().failed(failed, "why");
    assertThat(ledger.queries().answeredBefore("another", "same")).isEmpty();

    String delivered = delivered("good.jsonl");
    assertThat(ledger.queries().answeredBefore("another", delivered)).hasValue(delivered);
    assertThat(ledger.queries().answeredBefore(delivered, delivered)).as("not itself").isEmpty();
  }

  private static List<String> ids(List<Run> runs) {
    return runs.stream().map(Run::id).toList();
  }
}
