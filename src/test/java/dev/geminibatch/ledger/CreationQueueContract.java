package dev.geminibatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.run.Job;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunState;
import dev.geminibatch.service.JobName;
import dev.geminibatch.testkit.Jobs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Who may create a job next. */
abstract class CreationQueueContract extends LedgerContract {
  @Test
  void who_came_first_is_the_first_to_get_room_and_the_others_say_whom_they_wait_for() {
    CreationQueue queue = queue(1);
    jobs().creating(withJob(received("open.jsonl")), Jobs.room(1));
    Run older = run(withJob(received("older.jsonl")).runId());
    clock.forward(Duration.ofSeconds(1));
    Run younger = run(withJob(received("younger.jsonl")).runId());

    CreationQueue.Place place = place(queue, older).orElseThrow();
    assertThat(place.reason()).contains("1 of our jobs are open", "job.max-open");
    runs().queued(older.id(), place);
    assertThat(place(queue, younger).orElseThrow().reason()).contains("older.jsonl");
    runs().moveTo(older.id(), RunState.SUBMITTED);
    assertThat(place(queue(2), younger)).isEmpty();
  }

  @Test
  void as_many_as_there_is_room_for_need_not_wait_for_each_other() {
    jobs().creating(withJob(received("open.jsonl")), Jobs.room(90));
    List<Run> runs = new ArrayList<>();
    for (String name : List.of("first.jsonl", "second.jsonl", "third.jsonl")) {
      clock.forward(Duration.ofSeconds(1));
      Run run = run(withJob(received(name)).runId());
      runs().queued(run.id(), place(queue(1), run).orElseThrow());
      runs.add(run);
    }

    CreationQueue twoMore = queue(3);
    assertThat(place(twoMore, runs.get(0))).isEmpty();
    assertThat(place(twoMore, runs.get(1))).isEmpty();
    assertThat(place(twoMore, runs.get(2)).orElseThrow().reason()).contains("first.jsonl");
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
            older.id(), QuotaWaits.afterFailure(job, false, "no tokens left", "", clock.instant()));

    assertThat(run(older.id()).reason().orElseThrow()).contains("no tokens left");
    assertThat(place(queue, younger)).isPresent();
    assertThat(place(queue, run(withJob(received("other.jsonl"), "gemini-y").runId()))).isEmpty();
    clock.forward(Duration.ofHours(7));
    queue.keep(() -> List.of(older.id()));
    assertThat(place(queue, younger)).as("however long").isPresent();
    clock.forward(Duration.ofMinutes(6));
    assertThat(place(queue, younger)).as("nobody works on the older one any more").isEmpty();
  }

  @Test
  void a_job_that_is_much_smaller_than_one_that_was_refused_passes_it() {
    CreationQueue queue = queue(90);
    Job large = withJob(received("large.jsonl"), "gemini-x", Jobs.tokens(10, 100_000));
    queue.enter(run(large.runId()), PROJECT);
    runs()
        .queued(
            large.runId(),
            QuotaWaits.afterFailure(large, false, "no tokens left", "", clock.instant()));
    Run half = run(withJob(received("half.jsonl"), "gemini-x", Jobs.tokens(1, 50_000)).runId());
    Run small = run(withJob(received("small.jsonl"), "gemini-x", Jobs.tokens(1, 1000)).runId());
    Run smaller = run(withJob(received("smaller.jsonl"), "gemini-x", Jobs.tokens(1, 6)).runId());

    assertThat(place(queue, half).orElseThrow().reason()).contains("large.jsonl", "the quota");
    assertThat(place(queue, small)).isEmpty();
    assertThat(place(queue, smaller)).as("it need not wait for the one before").isEmpty();
    runs()
        .queued(
            small.id(),
            QuotaWaits.afterFailure(
                jobs().job(small.id(), 1), false, "no tokens left", "", clock.instant()));
    assertThat(place(queue, smaller).orElseThrow().reason()).contains("small.jsonl");

    clock.forward(Duration.ofMinutes(2));
    queue.keep(() -> List.of(large.runId(), small.id()));
    assertThat(placeOf(queue, run(large.runId()), 1)).as("its turn comes").isEmpty();
  }

  @Test
  void a_job_is_created_only_where_its_tokens_fit_beside_the_open_jobs_of_its_model() {
    CreationQueue queue = queue(90, 100);
    create(queue, withJob(received("open.jsonl"), "gemini-x", Jobs.tokens(1, 60)));
    Job tooLarge = withJob(received("large.jsonl"), "gemini-x", Jobs.tokens(1, 41));
    Job fits = withJob(received("fits.jsonl"), "gemini-y", Jobs.tokens(1, 41));

    assertThat(place(queue, run(tooLarge.runId())).orElseThrow().reason())
        .contains("60 of 100 tokens", "gemini-x", "needs 41");
    assertThat(jobs().creating(tooLarge, queue.room(PROJECT, "gemini-x"))).isFalse();
    assertThat(place(queue, run(fits.runId()))).isEmpty();
    assertThat(jobs().creating(fits, queue.room(PROJECT, "gemini-y"))).isTrue();
  }

  @Test
  void a_job_that_is_about_to_be_cut_claims_only_room_for_its_first_piece() {
    CreationQueue queue = queue(90, new CreationQueue.Limit(100, 10));
    create(queue, withJob(received("open.jsonl"), "gemini-x", Jobs.tokens(1, 60)));
    Run large = run(withJob(received("large.jsonl"), "gemini-x", Jobs.tokens(50, 500)).runId());
    Run behind = run(withJob(received("behind.jsonl"), "gemini-x", Jobs.tokens(1, 30)).runId());
    for (Run run : List.of(large, behind)) {
      queue.enter(run, PROJECT);
      runs().queued(run.id(), queue.full("gemini-x", PROJECT));
    }

    assertThat(queue.next(PROJECT, START)).containsExactly(large.id(), behind.id());
    assertThat(placeOf(queue, large, 1)).isEmpty();
  }

  @Test
  void a_job_that_is_about_to_be_cut_waits_until_its_first_piece_fits_and_says_what_that_needs() {
    CreationQueue queue = queue(90, new CreationQueue.Limit(100, 10));
    create(queue, withJob(received("open.jsonl"), "gemini-x", Jobs.tokens(1, 91)));

    Run large = run(withJob(received("large.jsonl"), "gemini-x", Jobs.tokens(50, 500)).runId());

    assertThat(place(queue, large).orElseThrow().reason())
        .contains("91 of 100 tokens", "the first part of this job needs 10");
  }

  @Test
  void the_pieces_of_a_job_share_its_turns() {
    CreationQueue queue = queue(1, new CreationQueue.Limit(100, 1000));
    Run cut = run(withJobs(received("cut.jsonl"), 2, Jobs.tokens(20, 200)).get(0).runId());
    queue.enter(cut, PROJECT);
    cut(queue, cut, 2, 3);
    cut(queue, cut, 1, 5);
    queue.enter(cut, PROJECT);
    Run whole = run(withJobs(received("whole.jsonl"), 4, Jobs.tokens(1, 100)).get(0).runId());
    queue.enter(whole, PROJECT);

    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      for (Run run : List.of(cut, whole)) {
        for (Job job : jobs().unsent(run.id())) {
          if (placeOf(queue, run, job.number()).isEmpty()) {
            create(queue, upload(run.id(), job.number()));
            end(run.id(), job.number());
            numbers.add(run == cut ? job.number() : -job.number());
          }
        }
      }
    }

    assertThat(numbers).containsExactly(5, -1, 6, -2, 3, -3, 4, -4);
  }

  private void cut(CreationQueue queue, Run run, int number, int firstPiece) {
    Job job = jobs().job(run.id(), number);
    List<Job> halves =
        List.of(
            job.piece(firstPiece, Jobs.tokens(10, 100)),
            job.piece(firstPiece + 1, Jobs.tokens(10, 100)));
    jobs().cut(job, halves, queue.steps(run, halves, PROJECT));
  }

  @Test
  void what_cannot_be_cut_or_is_not_worth_it_claims_room_for_all_of_it() {
    CreationQueue queue = queue(90, new CreationQueue.Limit(100, 10));
    create(queue, withJob(received("open.jsonl"), "gemini-x", Jobs.tokens(1, 86)));

    Run line = run(withJob(received("line.jsonl"), "gemini-x", Jobs.tokens(1, 500)).runId());
    Run nearly = run(withJob(received("nearly.jsonl"), "gemini-x", Jobs.tokens(5, 15)).runId());

    assertThat(place(queue, line).orElseThrow().reason()).contains("this job needs 500");
    runs().moveTo(line.id(), RunState.SUBMITTED);
    assertThat(place(queue, nearly).orElseThrow().reason()).contains("this job needs 15");
  }

  @Test
  void a_job_behind_another_one_of_its_run_does_not_say_that_too_many_are_open() {
    CreationQueue queue = queue(90, 100);
    Run run = run(withJobs(received("x.jsonl"), 2, Jobs.tokens(1, 60)).get(0).runId());
    queue.enter(run, PROJECT);

    assertThat(placeOf(queue, run, 2).orElseThrow().reason())
        .contains("another job")
        .doesNotContain("job.max-open");
  }

  @Test
  void a_job_that_has_lost_the_room_says_to_what() {
    CreationQueue queue = queue(90, 100);
    create(queue, withJob(received("open.jsonl"), "gemini-x", Jobs.tokens(1, 60)));
    Job job = withJob(received("late.jsonl"), "gemini-x", Jobs.tokens(1, 50));

    assertThat(jobs().creating(job, queue.room(PROJECT, "gemini-x"))).isFalse();
    assertThat(place(queue, run(job.runId())).orElseThrow().reason()).contains("60 of 100 tokens");
  }

  @Test
  void a_small_run_behind_a_large_one_is_next() {
    CreationQueue queue = queue(90, 100);
    Run large = run(withJobs(received("large.jsonl"), 10, Jobs.tokens(1, 50)).get(0).runId());
    queue.enter(large, PROJECT);
    create(queue, upload(large.id(), 1));
    create(queue, upload(large.id(), 2));
    runs().queued(large.id(), placeOf(queue, large, 3).orElseThrow());

    Run small = run(withJob(received("small.jsonl"), "gemini-x", Jobs.tokens(1, 1)).runId());
    queue.enter(small, PROJECT);
    assertThat(placeOf(queue, small, 1).orElseThrow().reason()).contains("100 of 100 tokens");
    runs().queued(small.id(), placeOf(queue, small, 1).orElseThrow());

    end(large.id(), 1);
    assertThat(queue.next(PROJECT, START)).containsExactly(small.id());
    assertThat(placeOf(queue, large, 3).orElseThrow().reason()).contains("small.jsonl");
    create(queue, jobs().job(small.id(), 1));
    runs().submitted(small.id());
    assertThat(queue.next(PROJECT, START)).as("its job needs all that is left, and more").isEmpty();
  }

  @Test
  void a_small_run_is_next_however_fast_other_models_are() {
    CreationQueue queue = queue(90, 100);
    Run slow = run(withJobs(received("slow.jsonl"), 20, Jobs.tokens(1, 50)).get(0).runId());
    queue.enter(slow, PROJECT);
    create(queue, upload(slow.id(), 1));
    create(queue, upload(slow.id(), 2));
    runs().queued(slow.id(), placeOf(queue, slow, 3).orElseThrow());
    for (int i = 0; i < 10; i++) {
      Job fast = withJob(received("fast" + i + ".jsonl"), "gemini-y", Jobs.tokens(1, 100));
      create(queue, fast);
      end(fast.runId(), 1);
    }

    Run small = run(withJob(received("small.jsonl"), "gemini-x", Jobs.tokens(1, 1)).runId());
    queue.enter(small, PROJECT);
    runs().queued(small.id(), placeOf(queue, small, 1).orElseThrow());
    end(slow.id(), 1);

    assertThat(queue.next(PROJECT, START)).containsExactly(small.id());
  }

  @Test
  void the_first_run_of_a_model_that_was_idle_is_not_overtaken_by_the_next_ones() {
    CreationQueue queue = queue(1);
    Job early = withJob(received("early.jsonl"), "gemini-x", Jobs.tokens(1, 100));
    create(queue, early);
    end(early.runId(), 1);
    for (int i = 0; i < 10; i++) {
      Job other = withJob(received("other" + i + ".jsonl"), "gemini-y", Jobs.tokens(1, 500));
      create(queue, other);
      end(other.runId(), 1);
    }
    Job open = withJob(received("open.jsonl"), "gemini-z", Jobs.tokens(1, 500));
    create(queue, open);
    List<String> arrived = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Run run = run(withJob(received(i + ".jsonl"), "gemini-x", Jobs.tokens(1, 10)).runId());
      queue.enter(run, PROJECT);
      runs().queued(run.id(), placeOf(queue, run, 1).orElseThrow());
      arrived.add(run.id());
    }
    end(open.runId(), 1);

    assertThat(queue.next(PROJECT, START)).containsExactly(arrived.get(0));
  }

  @Test
  void a_run_that_gets_a_higher_priority_while_it_waits_has_shorter_to_wait() {
    hasShorterToWait(0);
  }

  @Test
  void also_where_other_models_are_faster() {
    hasShorterToWait(20);
  }

  private void hasShorterToWait(int jobsOfOtherModels) {
    CreationQueue queue = queue(1);
    Run first = run(withJobs(received("first.jsonl"), 3, Jobs.requests(1)).get(0).runId());
    Run second = run(withJobs(received("second.jsonl"), 3, Jobs.requests(1)).get(0).runId());
    for (Run run : List.of(first, second)) {
      queue.enter(run, PROJECT);
    }
    for (Run run : List.of(first, second)) {
      create(queue, upload(run.id(), 1));
      end(run.id(), 1);
    }
    for (int i = 0; i < jobsOfOtherModels; i++) {
      Job fast = withJob(received("fast" + i + ".jsonl"), "gemini-y", Jobs.requests(1));
      create(queue, fast);
      end(fast.runId(), 1);
    }
    for (Run run : List.of(first, second)) {
      runs().queued(run.id(), queue.full("gemini-x", PROJECT));
    }
    assertThat(queue.next(PROJECT, START)).startsWith(first.id());

    assertThat(ledger.control().setPriority(second.id(), 9)).isTrue();

    assertThat(queue.next(PROJECT, START)).startsWith(second.id());
    assertThat(run(second.id()).options().priority()).isEqualTo(9);
  }

  private void create(CreationQueue queue, Job job) {
    queue.enter(run(job.runId()), PROJECT);
    assertThat(jobs().creating(job, queue.room(PROJECT, job.model()))).isTrue();
    jobs()
        .opened(
            job, new JobName("batches/" + job.runId() + "-" + job.number()), "BATCH_STATE_PENDING");
  }

  private Job upload(String run, int number) {
    jobs().uploaded(jobs().job(run, number), PROJECT, "files/" + run + number);
    return jobs().job(run, number);
  }

  private void end(String run, int number) {
    jobs().ended(jobs().job(run, number), "BATCH_STATE_SUCCEEDED", null, null);
  }

  /** Where the first job of a run waits. */
  private Optional<CreationQueue.Place> place(CreationQueue queue, Run run) {
    queue.enter(run, PROJECT);
    return placeOf(queue, run, 1);
  }

  private Optional<CreationQueue.Place> placeOf(CreationQueue queue, Run run, int number) {
    return queue.placeFor(run(run.id()), jobs().job(run.id(), number), PROJECT);
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
