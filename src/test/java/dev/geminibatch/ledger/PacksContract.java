package dev.geminibatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.RunState;
import dev.geminibatch.service.JobName;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.service.Tokens;
import dev.geminibatch.testkit.Jobs;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the ledger promises of jobs that are one job to the service. */
abstract class PacksContract extends LedgerContract {
  private static final String PACK = "p1";
  private static final Duration GATHERING = Duration.ofSeconds(25);

  private Packs packs() {
    return ledger.packs();
  }

  /** A small run, which waits for others. */
  private Job waiting(String name) {
    String run = inspected(name);
    runs().uploaded(run, 0, 0);
    Job job = Job.assembled(run(run), 1, "gemini-x", Jobs.requests(2), name + " [" + run + ".1]");
    runs().assembled(run, 1, List.of(job), 0);
    runs().queued(run, CreationQueue.gathering("gemini-x", PROJECT, GATHERING));
    return now(job);
  }

  private Job now(Job job) {
    return jobs().job(job.runId(), job.number());
  }

  private Packs.Due due(boolean isGathered) {
    return new Packs.Due(PROJECT, START, isGathered);
  }

  private boolean creating(Job... jobs) {
    return packs()
        .creating(PACK, "a and more [p1]", List.of(jobs), PROJECT, "files/p", Jobs.room(90));
  }

  private Job pack(JobState state) {
    return packs().inState(state).get(0);
  }

  private CreationQueue.Place place() {
    return CreationQueue.gathering("gemini-x", PROJECT, Duration.ofMinutes(1));
  }

  @Test
  void runs_that_wait_are_packed_when_all_have_gathered_or_their_time_is_over() {
    Job job = waiting("a.jsonl");
    Packs.Group group = new Packs.Group("gemini-x", Optional.empty());

    assertThat(packs().groups(due(false))).isEmpty();
    assertThat(packs().groups(due(true))).containsExactly(group);
    clock.forward(GATHERING);
    assertThat(packs().groups(due(false))).containsExactly(group);
    assertThat(packs().candidates(due(false), group, 10))
        .containsExactly(new Packs.Candidate(run(job.runId()), job));
    assertThat(packs().groups(new Packs.Due(OTHER_PROJECT, START, true))).isEmpty();
    assertThat(queue(90).next(PROJECT, START)).isEmpty();
    assertThat(ledger.due().mayGoOn(clock.instant(), START, id -> false)).isEmpty();
  }

  @Test
  void a_restart_ends_the_gathering() {
    waiting("a.jsonl");

    assertThat(packs().groups(new Packs.Due(PROJECT, START.plusMillis(1), false))).hasSize(1);
  }

  @Test
  void the_jobs_of_a_pack_are_one_open_job() {
    Job a = waiting("a.jsonl");
    Job b = waiting("b.jsonl");
    assertThat(packs().creating(PACK, "a [p1]", List.of(a, b), PROJECT, "files/p", Jobs.room(1)))
        .isTrue();

    assertThat(packs().opened(pack(JobState.CREATING), new JobName("batches/p"), "PENDING"))
        .containsExactly(a.runId(), b.runId());

    assertThat(run(b.runId()).state()).isEqualTo(RunState.SUBMITTED);
    assertThat(List.of(now(a), now(b)))
        .allMatch(job -> job.state() == JobState.OPEN)
        .allMatch(job -> job.name().equals(Optional.of(new JobName("batches/p"))));
    assertThat(packs().inState(JobState.OPEN)).hasSize(1);
    assertThat(pack(JobState.OPEN).requests()).isEqualTo(4);
    assertThat(jobs().creating(withJob(received("c.jsonl")), Jobs.room(1))).isFalse();
    assertThat(jobs().creating(withJob(received("d.jsonl")), Jobs.room(2))).isTrue();
    assertThat(ledger.queries().withOpenJobs()).isEmpty();
  }

  @Test
  void a_pack_of_which_one_job_is_not_what_it_was_changes_nothing() {
    Job a = waiting("a.jsonl");
    Job b = waiting("b.jsonl");
    runs().hold(b.runId(), "by a route");
    Job seen = now(a);

    assertThat(creating(a, b)).isFalse();
    assertThat(now(a)).isEqualTo(seen);
    assertThat(packs().creating(PACK, "a [p1]", List.of(a), PROJECT, "files/p", Jobs.room(0)))
        .isFalse();
    assertThat(now(a)).isEqualTo(seen);
    assertThat(creating(a)).isTrue();
    assertThat(packs().creating("p2", "a [p2]", List.of(a), PROJECT, "files/q", Jobs.room(90)))
        .isFalse();
  }

  @Test
  void what_is_about_to_be_created_outlives_the_process_and_is_nobody_elses_to_settle()
      throws IOException {
    Job a = waiting("a.jsonl");
    creating(a, waiting("b.jsonl"));
    reopen();

    assertThat(pack(JobState.CREATING).displayName()).isEqualTo("a and more [p1]");
    assertThat(run(a.runId()).isPaid()).isTrue();
    assertThat(ledger.due().mayGoOn(clock.instant(), START, id -> false)).isEmpty();
  }

  @Test
  void that_somebody_has_waited_long_enough_is_seen_without_reading_all_who_wait() {
    waiting("a.jsonl");
    assertThat(packs().isAnybodyDue(START)).isFalse();
    assertThat(packs().isAnybodyDue(clock.instant().plusSeconds(1))).as("a new process").isTrue();

    clock.forward(Duration.ofHours(1));

    assertThat(packs().isAnybodyDue(START)).isTrue();
  }

  @Test
  void a_pack_that_was_not_created_leaves_no_trace_but_the_wait() {
    Job a = waiting("a.jsonl");
    Job before = now(a);
    creating(a, waiting("b.jsonl"));

    packs().dissolved(pack(JobState.CREATING), place(), Optional.empty());

    Job after = now(a);
    assertThat(after.state()).isEqualTo(JobState.ASSEMBLED);
    assertThat(after.displayName()).isEqualTo(before.displayName());
    assertThat(after.remote().pack()).isEmpty();
    assertThat(after.inputFile()).isEmpty();
    assertThat(after.times()).isEqualTo(before.times());
    assertThat(packs().groups(due(true))).hasSize(1);
    assertThat(run(a.runId()).isPaid()).isFalse();
  }

  @Test
  void a_pack_that_the_service_ended_unworked_brings_its_runs_back() {
    Job a = waiting("a.jsonl");
    creating(a, waiting("b.jsonl"));
    packs().opened(pack(JobState.CREATING), new JobName("batches/p"), "PENDING");

    packs().dissolved(pack(JobState.OPEN), place(), Optional.of(1));

    assertThat(run(a.runId()).state()).isEqualTo(RunState.ASSEMBLED);
    assertThat(run(a.runId()).isQueued()).isFalse();
    assertThat(now(a).name()).isEmpty();
    assertThat(now(a).creation()).isEqualTo(2);
    assertThat(now(a).displayName()).isEqualTo("a.jsonl [" + a.runId() + ".1-2]");
    assertThat(now(a).remote().packMost()).hasValue(1);
    assertThat(packs().groups(due(true))).isEmpty();
    assertThat(ledger.due().mayGoOn(clock.instant().plusSeconds(60), START, id -> false))
        .hasSize(2);
  }

  @Test
  void jobs_end_for_themselves_while_the_others_wait_again() {
    Job a = waiting("a.jsonl");
    Job b = waiting("b.jsonl");
    creating(a, b);

    packs().dissolvedBut(pack(JobState.CREATING), List.of(a), "LINES_REFUSED", "line 1", place());

    assertThat(now(a).state()).isEqualTo(JobState.ENDED);
    assertThat(now(a).remote().state()).hasValue("LINES_REFUSED");
    assertThat(now(b).state()).isEqualTo(JobState.ASSEMBLED);
    assertThat(ledger.due().mayGoOn(clock.instant(), Instant.EPOCH, id -> false))
        .extracting(run -> run.id())
        .containsExactly(a.runId());
  }

  @Test
  void a_pack_ends_at_once_and_each_job_is_collected_for_itself() {
    Job a = waiting("a.jsonl");
    Job b = waiting("b.jsonl");
    creating(a, b);
    packs().opened(pack(JobState.CREATING), new JobName("batches/p"), "PENDING");

    jobs().ended(pack(JobState.OPEN), "BATCH_STATE_SUCCEEDED", "files/out", null);
    jobs().collected(now(a), 2, 0, Tokens.NONE);

    assertThat(now(a).state()).isEqualTo(JobState.COLLECTED);
    assertThat(now(b).state()).isEqualTo(JobState.ENDED);
    assertThat(packs().isCollected(PACK)).isFalse();
    jobs().collected(now(b), 2, 0, Tokens.NONE);
    assertThat(packs().isCollected(PACK)).isTrue();
    assertThat(packs().isKnown(PACK)).isTrue();
  }

  @Test
  void a_cancelled_run_leaves_a_job_that_others_want_and_no_other() {
    Job a = waiting("a.jsonl");
    Job b = waiting("b.jsonl");
    creating(a, b);
    packs().opened(pack(JobState.CREATING), new JobName("batches/p"), "PENDING");
    assertThat(packs().leave(a.runId())).as("it is not cancelled").isZero();
    ledger.control().cancel(a.runId());
    assertThat(packs().isWanted(PACK)).isTrue();
    assertThat(pack(JobState.OPEN).cancelAsked()).isFalse();

    assertThat(packs().leave(a.runId())).isEqualTo(1);
    ledger.control().cancel(b.runId());
    assertThat(packs().leave(b.runId())).as("nobody else wants it").isZero();

    assertThat(now(a).state()).isEqualTo(JobState.ENDED);
    assertThat(now(b).state()).isEqualTo(JobState.OPEN);
    assertThat(packs().unfinished(PACK)).containsExactly(now(b));
    assertThat(packs().isWanted(PACK)).isFalse();
    assertThat(pack(JobState.OPEN).cancelAsked()).isTrue();
  }

  @Test
  void a_key_that_is_not_set_any_more_sends_its_runs_back_to_their_stage() {
    Job a = waiting("a.jsonl");

    packs().release(List.of(PROJECT, OTHER_PROJECT));
    assertThat(run(a.runId()).isQueued()).isTrue();
    packs().release(List.of(new ProjectId("a third")));

    assertThat(run(a.runId()).isQueued()).isFalse();
  }
}
