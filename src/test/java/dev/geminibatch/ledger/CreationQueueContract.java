package dev.geminibatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.run.Job;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunState;
import dev.geminibatch.service.ProjectId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who may create a job next. */
abstract class CreationQueueContract extends LedgerContract {
  @Test
  void who_came_first_is_the_first_to_get_room_and_the_others_say_whom_they_wait_for() {
    CreationQueue queue = queue(1);
    jobs().creating(withJob(received("open.jsonl")), 1);
    Run older = run(withJob(received("older.jsonl")).runId());
    clock.forward(Duration.ofSeconds(1));
    Run younger = run(withJob(received("younger.jsonl")).runId());

    CreationQueue.Place place = queue.placeFor(older, "gemini-x", PROJECT).orElseThrow();
    assertThat(place.reason()).contains("1 of our jobs are open", "job.max-open");
    runs().queued(older.id(), place);
    assertThat(queue.placeFor(younger, "gemini-x", PROJECT).orElseThrow().reason())
        .contains("older.jsonl");
    runs().moveTo(older.id(), RunState.SUBMITTED);
    assertThat(queue(2).placeFor(younger, "gemini-x", PROJECT)).isEmpty();
  }

  @Test
  void as_many_as_there_is_room_for_need_not_wait_for_each_other() {
    jobs().creating(withJob(received("open.jsonl")), 90);
    List<Run> runs = new ArrayList<>();
    for (String name : List.of("first.jsonl", "second.jsonl", "third.jsonl")) {
      clock.forward(Duration.ofSeconds(1));
      Run run = run(withJob(received(name)).runId());
      runs().queued(run.id(), queue(1).placeFor(run, "gemini-x", PROJECT).orElseThrow());
      runs.add(run);
    }

    CreationQueue twoMore = queue(3);
    assertThat(twoMore.placeFor(runs.get(0), "gemini-x", PROJECT)).isEmpty();
    assertThat(twoMore.placeFor(runs.get(1), "gemini-x", PROJECT)).isEmpty();
    assertThat(twoMore.placeFor(runs.get(2), "gemini-x", PROJECT).orElseThrow().reason())
        .contains("first.jsonl");
  }

  @Test
  void a_quota_that_is_used_up_holds_back_its_model_and_its_project_only() {
    Run older = run(withJob(received("older.jsonl")).runId());
    clock.forward(Duration.ofSeconds(1));
    Run younger = run(withJob(received("younger.jsonl")).runId());
    Job job = jobs().job(older.id(), 1);
    CreationQueue queue = queue(90);
    runs()
        .queued(
            older.id(), CreationQueue.afterFailure(job, false, "no tokens left", clock.instant()));

    assertThat(run(older.id()).reason().orElseThrow()).contains("no tokens left");
    assertThat(queue.placeFor(younger, "gemini-x", PROJECT)).isPresent();
    assertThat(queue.placeFor(younger, "gemini-y", PROJECT)).isEmpty();
    assertThat(queue.placeFor(younger, "gemini-x", new ProjectId("another"))).isEmpty();
    clock.forward(Duration.ofHours(7));
    queue.keep(() -> List.of(older.id()));
    assertThat(queue.placeFor(younger, "gemini-x", PROJECT)).as("however long").isPresent();
    clock.forward(Duration.ofMinutes(6));
    assertThat(queue.placeFor(younger, "gemini-x", PROJECT))
        .as("nobody works on the older one any more")
        .isEmpty();
  }

  @Test
  void there_is_room_for_as_many_jobs_as_are_not_open_in_the_project() {
    jobs().creating(withJob(received("a.jsonl")), 90);
    withOpenJob(received("b.jsonl"));

    assertThat(queue(3).room(PROJECT)).isEqualTo(1);
    assertThat(queue(1).room(PROJECT)).as("the limit was lowered").isZero();
    assertThat(queue(3).room(OTHER_PROJECT)).isEqualTo(3);
  }

  @Test
  void somebody_waits_from_when_a_run_is_queued_until_it_moves() {
    String run = withJob(received("a.jsonl")).runId();
    CreationQueue queue = queue(1);
    assertThat(queue.isAnybodyWaiting()).isFalse();

    runs().queued(run, queue.full("gemini-x", PROJECT));
    assertThat(queue.isAnybodyWaiting()).isTrue();

    runs().moveTo(run, RunState.SUBMITTED);
    assertThat(queue.isAnybodyWaiting()).isFalse();
  }
}
