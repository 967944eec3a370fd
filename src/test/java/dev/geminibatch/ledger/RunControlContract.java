package dev.geminibatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.run.Capacity;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunState;
import dev.geminibatch.testkit.Jobs;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a person says of a run is in the ledger, and holds for whoever works on it. */
abstract class RunControlContract extends LedgerContract {
  private RunControl control() {
    return ledger.control();
  }

  @Test
  void what_a_person_said_outlives_a_restart() throws Exception {
    String paused = received("a.jsonl");
    String cancelled = received("b.jsonl");
    String urgent = received("c.jsonl");
    assertThat(control().pause(paused)).isTrue();
    assertThat(control().cancel(cancelled)).isTrue();
    assertThat(control().setPriority(urgent, 9)).isTrue();

    reopen();

    assertThat(run(paused).isPaused()).isTrue();
    assertThat(run(cancelled).isCancelled()).isTrue();
    assertThat(run(urgent).options().priority()).isEqualTo(9);
    assertThat(run(urgent).isStopped()).isFalse();
  }

  @Test
  void said_twice_it_changes_nothing() {
    String run = received("a.jsonl");
    assertThat(control().resume(run)).as("it is not paused").isFalse();
    assertThat(control().pause(run)).isTrue();
    assertThat(control().pause(run)).isFalse();
    assertThat(control().cancel(run)).isTrue();
    assertThat(control().cancel(run)).isFalse();
    assertThat(control().pause(run)).as("nothing of it is sent anyway").isFalse();
    assertThat(run(run).isHeld()).isFalse();
  }

  @Test
  void nothing_can_be_said_of_a_run_that_is_over() {
    String run = delivered("a.jsonl");

    assertThat(control().pause(run)).isFalse();
    assertThat(control().cancel(run)).isFalse();
    assertThat(control().setPriority(run, 1)).isFalse();
  }

  @Test
  void no_job_of_a_run_that_was_just_paused_or_cancelled_is_created() {
    Job paused = withJob(received("a.jsonl"));
    Job cancelled = withJob(received("b.jsonl"));
    control().pause(paused.runId());
    control().cancel(cancelled.runId());

    assertThat(jobs().creating(paused, Jobs.room(90))).isFalse();
    assertThat(jobs().creating(cancelled, Jobs.room(90))).isFalse();
    control().resume(paused.runId());
    assertThat(jobs().creating(paused, Jobs.room(90))).isTrue();
  }

  @Test
  void a_paused_run_stays_paused_whatever_its_work_comes_to() {
    String run = received("a.jsonl");
    control().pause(run);

    runs().inspected(run, run, 1, 0, false);
    runs().hold(run, "until the night");
    ledger.strikes(Capacity.present()).stuck(run, "No progress", Duration.ZERO);

    assertThat(run(run).isPaused()).isTrue();
  }

  @Test
  void one_run_that_a_route_holds_is_released_and_others_stay_where_they_are() {
    String released = received("a.jsonl");
    String held = received("b.jsonl");
    String paused = received("c.jsonl");
    runs().hold(released, "until the night");
    runs().hold(held, "until the night");
    control().pause(paused);

    assertThat(control().release(released)).isTrue();
    assertThat(control().release(released)).isFalse();
    assertThat(control().release(paused)).as("a person holds it").isFalse();
    assertThat(run(released).isHeld()).isFalse();
    assertThat(run(held).isHeld()).isTrue();
    assertThat(run(paused).isPaused()).isTrue();
  }

  @Test
  void a_run_that_was_held_for_its_strikes_is_so_again_when_it_is_resumed() {
    String run = received("a.jsonl");
    Strikes strikes = ledger.strikes(Capacity.present());
    strikes.stuck(run, "No progress", Duration.ZERO);
    strikes.stuck(run, "No progress", Duration.ZERO);
    assertThat(run(run).waiting().isHeldForStrikes()).isTrue();
    control().pause(run);
    assertThat(run(run).waiting().isHeldForStrikes()).isFalse();

    control().resume(run);

    assertThat(run(run).waiting().isHeldForStrikes()).isTrue();
  }

  @Test
  void a_run_that_waited_its_turn_leaves_it_to_others_while_it_is_paused() {
    Job first = withJob(received("a.jsonl"));
    Job second = withJob(received("b.jsonl"));
    CreationQueue queue = queue(1);
    queue.enter(run(first.runId()), PROJECT);
    queue.enter(run(second.runId()), PROJECT);
    runs().queued(first.runId(), queue.full("gemini-x", PROJECT));
    assertThat(queue.placeFor(run(second.runId()), second, PROJECT)).isPresent();

    control().pause(first.runId());
    runs().queued(first.runId(), queue.full("gemini-x", PROJECT)); // a moment too late

    assertThat(queue.placeFor(run(second.runId()), second, PROJECT)).isEmpty();
  }

  @Test
  void a_run_can_be_paused_from_the_beginning() {
    Run run = newRun("a.jsonl", false).paused();

    assertThat(run(received(run)).isPaused()).isTrue();
    assertThat(run(run.id()).state()).isEqualTo(RunState.RECEIVED);
  }

  @Test
  void unfinished_runs_are_found_by_the_beginning_of_their_id_or_name() {
    String first = received("letters.jsonl");
    String second = received("letters-2.jsonl");
    delivered("letters-3.jsonl");
    received(newRun("letters-dry.jsonl", true));

    assertThat(found("letters")).containsExactly(first, second);
    assertThat(found("letters-2")).containsExactly(second);
    assertThat(found("default/letters-2")).containsExactly(second);
    assertThat(found(first)).containsExactly(first);
    assertThat(found("%")).isEmpty();
    assertThat(found("etters")).isEmpty();
  }

  private List<String> found(String text) {
    return ledger.queries().unfinishedLike(text, "/nowhere", 10).stream().map(Run::id).toList();
  }
}
