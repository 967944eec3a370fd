package dev.geminibatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunInput;
import dev.geminibatch.run.RunOptions;
import dev.geminibatch.run.RunState;
import dev.geminibatch.run.Suspicion;
import dev.geminibatch.service.JobName;
import dev.geminibatch.testkit.Jobs;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the ledger promises of runs. */
abstract class RunLedgerContract extends LedgerContract {
  @Test
  void a_run_follows_the_one_with_the_same_content() {
    String first = received("a.jsonl");
    String second = received("b.jsonl");

    assertThat(runs().inspected(first, "same", 1, 0, true)).isEmpty();
    assertThat(runs().inspected(second, "same", 1, 0, true)).hasValue(first);
    assertThat(run(second).state()).isEqualTo(RunState.FOLLOWING);
  }

  @Test
  void those_who_followed_a_failed_run_follow_the_next_and_pay_once() {
    String first = received("a.jsonl");
    String second = received("b.jsonl");
    String third = received("c.jsonl");
    for (String run : List.of(first, second, third)) {
      runs().inspected(run, "same", 1, 0, true);
    }

    runs().failed(first, "why");
    for (String run : List.of(second, third)) {
      runs().followAnother(run);
      assertThat(run(run).state()).as("inspected again").isEqualTo(RunState.RECEIVED);
      runs().inspected(run, "same", 1, 0, true);
    }

    assertThat(run(second).state()).isEqualTo(RunState.INSPECTED);
    assertThat(run(third).leader()).hasValue(second);
  }

  @Test
  void a_run_whose_input_has_changed_begins_again_and_leads_nobody() {
    String first = received("a.jsonl");
    String second = received("b.jsonl");
    runs().inspected(first, "same", 1, 0, true);
    runs().inspected(second, "same", 1, 0, true);
    runs().uploaded(first, 0, 0);
    runs()
        .assembled(first, 1, List.of(Job.assembled(run(first), 1, "m", Jobs.requests(1), "x")), 0);

    runs().receivedAgain(first, 7, 8);

    assertThat(run(first).state()).isEqualTo(RunState.RECEIVED);
    assertThat(run(first).input().size()).isEqualTo(7);
    assertThat(run(first).input().modified()).isEqualTo(8);
    assertThat(jobs().of(first)).isEmpty();
    assertThat(run(second).state()).isEqualTo(RunState.RECEIVED);
    assertThat(run(second).leader()).isEmpty();
    assertThat(runs().inspected(second, "same", 1, 0, true)).isEmpty();
  }

  @Test
  void a_run_without_files_is_assembled_as_soon_as_it_is_inspected() {
    String run = received("a.jsonl");
    runs().inspected(run, "some", 2, 0, true);
    runs().uploaded(run, 3, 4);
    runs().receivedAgain(run, 7, 8);
    runs().inspected(run, "other", 2, 0, true);

    runs().assembled(run, 1, List.of(Job.assembled(run(run), 1, "m", Jobs.requests(1), "x")), 1);

    assertThat(run(run).state()).isEqualTo(RunState.ASSEMBLED);
    assertThat(run(run).counts().rejected()).isEqualTo(1);
    assertThat(run(run).counts().uploadsReused()).as("of what it is now").isZero();
  }

  @Test
  void the_place_of_a_runs_results_is_decided_once() {
    String run = received("a.jsonl");
    Path first = folder.resolve("x-batch-results.jsonl");

    assertThat(runs().promiseOutput(run, first)).isTrue();
    assertThat(runs().promiseOutput(run, folder.resolve("y-batch-results.jsonl"))).isFalse();
    assertThat(run(run).output()).hasValue(first);
  }

  @Test
  void a_run_without_any_answer_leads_nobody() {
    String first = received("a.jsonl");
    runs().inspected(first, "same", 1, 0, true);
    runs().moveTo(first, RunState.COLLECTED);
    runs().delivered(first, 0);

    assertThat(runs().inspected(received("b.jsonl"), "same", 1, 0, true)).isEmpty();
  }

  @Test
  void a_results_file_is_promised_to_one_run() {
    Path output = folder.resolve("x-batch-results.jsonl");
    String first = received("a.jsonl");

    assertThat(runs().promiseOutput(first, output)).isTrue();
    assertThat(runs().promiseOutput(received("b.jsonl"), output)).isFalse();
    assertThat(run(first).output()).hasValue(output);
  }

  @Test
  void a_run_is_not_submitted_while_one_of_its_jobs_has_come_back() {
    Job job = withJob(received("a.jsonl"));
    jobs().creating(job, Jobs.room(90));
    jobs().opened(job, new JobName("batches/x"), "PENDING");
    jobs()
        .toBeCreatedAgain(
            job, QuotaWaits.afterFailure(job, false, "no tokens left", "", clock.instant()));

    runs().submitted(job.runId());

    assertThat(run(job.runId()).state()).isEqualTo(RunState.ASSEMBLED);
    assertThat(run(job.runId()).isQueued()).isTrue();
  }

  @Test
  void a_run_makes_no_move_that_its_state_does_not_know() {
    String run = received("a.jsonl");

    assertThatThrownBy(() -> runs().moveTo(run, RunState.SUBMITTED))
        .hasMessageContaining("is RECEIVED and cannot become SUBMITTED");
    Job job = withJob(run);
    assertThatThrownBy(() -> jobs().opened(job, new JobName("batches/x"), "PENDING"))
        .hasMessageContaining("cannot become OPEN");
  }

  @Test
  void a_run_is_read_as_it_was_written_after_a_restart_as_well() throws IOException {
    Run written =
        Run.receiving(
            "20260102-030405-abcdef",
            new RunInput("קלט.jsonl", Path.of("inbox/קלט.jsonl"), true, 0, 0),
            new RunOptions("profile", "gemini-y", Path.of("media"), "display", true, 7, true),
            Optional.of(Path.of("outbox/out.jsonl")),
            clock.instant());

    runs().add(written);
    reopen();

    assertThat(run(written.id())).isEqualTo(written);
  }

  @Test
  void what_a_run_has_come_to_is_there_after_a_restart() throws IOException {
    String run = received("a.jsonl");
    runs().inspected(run, "same", 9, 2, false);
    runs().uploaded(run, 3, 4);
    clock.forward(Duration.ofSeconds(1));
    runs().assembled(run, 1, List.of(), 5);
    reopen();

    assertThat(run(run).counts()).isEqualTo(new Run.Counts(9, 5, 0, 3, 4));
    assertThat(run(run).state()).isEqualTo(RunState.ASSEMBLED);
    assertThat(run(run).input().size()).isEqualTo(1);
    assertThat(run(run).input().modified()).isEqualTo(2);
    assertThat(run(run).created()).isEqualTo(START);
    assertThat(run(run).updated()).isEqualTo(START.plusSeconds(1));
  }

  @ParameterizedTest
  @EnumSource(
      value = RunState.class,
      names = {"DELIVERED", "FAILED"},
      mode = EnumSource.Mode.EXCLUDE)
  void a_finished_run_never_moves_again(RunState state) {
    String failed = inspected("a.jsonl");
    runs().failed(failed, "why");
    String delivered = delivered("b.jsonl");

    assertThatThrownBy(() -> runs().moveTo(failed, state)).hasMessageContaining("is FAILED");
    assertThatThrownBy(() -> runs().moveTo(delivered, state)).hasMessageContaining("is DELIVERED");
    assertThat(run(failed).reason()).hasValue("why");
  }

  @Test
  void a_move_that_is_refused_leaves_nothing_of_itself() {
    String run = delivered("a.jsonl");

    assertThatThrownBy(() -> runs().uploaded(run, 7, 7)).hasMessageContaining("cannot become");

    assertThat(run(run).counts().uploadsNew()).isZero();
  }

  @Test
  void a_parked_run_counts_its_tries_until_it_moves() {
    String run = inspected("a.jsonl");

    runs().parked(run, "no way", Duration.ofSeconds(5));
    runs().parked(run, "still no way", Duration.ofSeconds(7));
    assertThat(run(run).waiting())
        .isEqualTo(
            new Run.Wait(
                Optional.of("still no way"),
                2,
                START.plusSeconds(7),
                false,
                false,
                false,
                false,
                Suspicion.NONE));

    runs().moveTo(run, RunState.UPLOADED);
    assertThat(run(run).waiting())
        .isEqualTo(
            new Run.Wait(
                Optional.empty(), 0, Instant.EPOCH, false, false, false, false, Suspicion.NONE));
  }

  @Test
  void a_reason_of_any_length_is_kept_by_its_beginning() {
    String run = inspected("a.jsonl");

    runs().parked(run, "ש".repeat(1_000_000), Duration.ZERO);

    assertThat(run(run).reason().orElseThrow()).startsWith("שש").hasSizeBetween(100, 8000);
  }

  @Test
  void held_runs_are_released_all_at_once_but_for_finished_ones() {
    String held = inspected("a.jsonl");
    String finished = delivered("b.jsonl");
    runs().hold(held, "wait for me");
    runs().hold(finished, "too late");
    assertThat(run(held).isHeld()).isTrue();
    assertThat(run(held).reason()).hasValue("wait for me");
    assertThat(run(finished).isHeld()).isFalse();

    assertThat(runs().release()).isEqualTo(1);

    assertThat(run(held).isHeld()).isFalse();
    assertThat(run(held).reason()).isEmpty();
    assertThat(runs().release()).isZero();
  }

  @Test
  void a_run_is_forgotten_with_its_jobs() {
    Job job = withOpenJob(received("a.jsonl"));

    runs().remove(job.runId());

    assertThat(ledger.queries().find(job.runId())).isEmpty();
    assertThat(jobs().of(job.runId())).isEmpty();
    assertThat(jobs().named(job.name().orElseThrow())).isEmpty();
  }

  @Test
  void of_the_old_runs_the_oldest_are_forgotten_first_but_not_a_leader_of_others() {
    String leader = received("leader.jsonl");
    runs().inspected(leader, "same", 1, 0, true);
    String follower = received("follower.jsonl");
    runs().inspected(follower, "same", 1, 0, true);
    runs().moveTo(leader, RunState.COLLECTED);
    runs().delivered(leader, 1);
    String old = delivered("old.jsonl");
    clock.forward(Duration.ofDays(1));
    String younger = delivered("younger.jsonl");
    String unfinished = inspected("unfinished.jsonl");
    Instant afterAll = clock.instant().plusSeconds(1);

    assertThat(forgotten(clock.instant(), 9)).extracting(Run::id).containsExactly(old);
    assertThat(forgotten(afterAll, 1)).extracting(Run::id).containsExactly(younger);
    runs().moveTo(follower, RunState.DELIVERED);
    assertThat(forgotten(afterAll, 1)).extracting(Run::id).containsExactly(leader);
    assertThat(run(unfinished).state()).isEqualTo(RunState.INSPECTED);
  }

  private List<Run> forgotten(Instant before, int most) {
    List<Run> runs = ledger.housekeeping().finishedBefore(before, 0, most);
    ledger.housekeeping().forget(runs.stream().map(Run::id).toList());
    return runs;
  }

  @Test
  void an_old_run_that_is_about_to_be_forgotten_is_followed_by_nobody() {
    String old = delivered("old.jsonl");
    clock.forward(Duration.ofDays(1));

    ledger.housekeeping().finishedBefore(clock.instant(), 0, 9);
    String same = received("same.jsonl");

    assertThat(runs().inspected(same, "print", 1, 0, true)).isEmpty();
    assertThat(run(old).isDelivered()).as("until its files are gone").isTrue();
  }

  @Test
  void an_attempt_replaces_its_own_jobs_and_no_others() {
    Job first = withOpenJob(received("a.jsonl"));
    String run = first.runId();
    jobs().ended(first, "BATCH_STATE_SUCCEEDED", "files/out", null);
    runs().submitted(run);
    runs().sendAgain(run, 2);
    runs().uploaded(run, 0, 0);
    Job second = Job.assembled(run(run), 2, "gemini-x", Jobs.requests(1), "x [" + run + ".2]");

    runs().assembled(run, 2, List.of(second), 99);
    runs().assembled(run, 2, List.of(second), 99);

    assertThat(jobs().of(run)).extracting(Job::attempt).containsExactly(1, 2);
    assertThat(jobs().of(run))
        .extracting(Job::state)
        .containsExactly(JobState.ENDED, JobState.ASSEMBLED);
    assertThat(run(run).counts().rejected()).as("counted at the first attempt").isZero();
  }
}
