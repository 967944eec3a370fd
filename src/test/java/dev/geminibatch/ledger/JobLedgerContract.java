package dev.geminibatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.JobTimes;
import dev.geminibatch.run.RunState;
import dev.geminibatch.service.JobName;
import dev.geminibatch.service.Tokens;
import dev.geminibatch.testkit.Jobs;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What the ledger promises of jobs. */
abstract class JobLedgerContract extends LedgerContract {
  @Test
  void only_one_may_create_a_job() {
    String run = received("a.jsonl");
    Job job = withJob(run);

    assertThat(jobs().creating(job, Jobs.room(90))).isTrue();
    assertThat(jobs().creating(job, Jobs.room(90))).isFalse();
  }

  @Test
  void no_more_jobs_are_created_than_may_be_open() {
    Job first = withJob(received("a.jsonl"));
    Job second = withJob(received("b.jsonl"));

    assertThat(jobs().creating(first, Jobs.room(1))).isTrue();
    assertThat(jobs().creating(second, Jobs.room(1))).isFalse();
    jobs().opened(first, new JobName("batches/a"), "BATCH_STATE_PENDING");
    assertThat(jobs().creating(second, Jobs.room(1))).isFalse();
    jobs().ended(first, "BATCH_STATE_SUCCEEDED", "files/a", null);
    assertThat(jobs().creating(second, Jobs.room(1))).isTrue();
  }

  @Test
  void the_name_of_a_job_that_was_created_before_does_not_come_again() {
    Job job = withJob(received("a.jsonl"));
    jobs().creating(job, Jobs.room(90));
    jobs().opened(job, new JobName("batches/x"), "PENDING");
    jobs()
        .toBeCreatedAgain(
            job, QuotaWaits.afterFailure(job, false, "no tokens left", "", clock.instant()));
    runs().moveTo(job.runId(), RunState.INSPECTED); // its files have died while it waited

    Job again = withJob(job.runId());

    assertThat(again.displayName()).isNotEqualTo(job.displayName()).endsWith("-3]");
  }

  @Test
  void of_many_who_would_create_a_job_at_once_only_so_many_may() {
    List<Job> waiting = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      waiting.add(withJob(received(i + ".jsonl")));
    }
    List<Job> twice = new ArrayList<>(waiting);
    twice.addAll(waiting);

    List<CompletableFuture<Boolean>> claims =
        twice.stream()
            .map(job -> CompletableFuture.supplyAsync(() -> jobs().creating(job, Jobs.room(4))))
            .toList();

    assertThat(claims.stream().filter(CompletableFuture::join)).hasSize(4);
    assertThat(jobs().inState(JobState.CREATING)).hasSize(4);
  }

  @Test
  void the_jobs_of_another_project_take_no_room() {
    Job job = withJob(received("a.jsonl"));
    Job other = withJob(received("b.jsonl"));
    jobs().uploaded(other, OTHER_PROJECT, "files/b");

    assertThat(jobs().creating(job, Jobs.room(1))).isTrue();
    assertThat(jobs().creating(other, Jobs.room(1))).isTrue();
  }

  @Test
  void a_job_that_was_certainly_not_created_is_free_for_the_next() {
    Job job = withJob(received("a.jsonl"));
    jobs().creating(job, Jobs.room(1));

    jobs().notCreated(job);

    assertThat(jobs().job(job.runId(), 1).times().creating()).isEmpty();
    assertThat(jobs().creating(job, Jobs.room(1))).isTrue();
  }

  @Test
  void a_job_makes_no_move_twice_that_would_be_paid_or_counted_twice() {
    Job job = withOpenJob(received("a.jsonl"));
    jobs().ended(job, "BATCH_STATE_SUCCEEDED", "files/out", null);
    jobs().collected(job, 1, 0, Tokens.NONE);

    assertThatThrownBy(() -> jobs().ended(job, "BATCH_STATE_FAILED", null, "late"))
        .hasMessageContaining("cannot become ENDED");
    assertThatThrownBy(() -> jobs().uploaded(job, PROJECT, "files/y"))
        .hasMessageContaining("cannot become UPLOADED");
    assertThat(jobs().creating(job, Jobs.room(90))).isFalse();
    assertThat(jobs().job(job.runId(), 1).state()).isEqualTo(JobState.COLLECTED);
    assertThat(jobs().job(job.runId(), 1).reason()).isEmpty();
  }

  @Test
  void everything_about_a_job_is_there_after_a_restart() throws IOException {
    Job job = withOpenJob(received("a.jsonl"));
    clock.forward(Duration.ofSeconds(1));
    jobs().seen(job, "BATCH_STATE_RUNNING", true, Optional.of(new Job.Done(3, 2)));
    clock.forward(Duration.ofSeconds(1));
    jobs().seen(job, "BATCH_STATE_RUNNING", true);
    jobs().givenUp(job);
    jobs().cancelAsked(job.name().orElseThrow());
    clock.forward(Duration.ofSeconds(1));
    jobs().ended(job, "BATCH_STATE_CANCELLED", "files/out", "by hand");
    jobs().collected(job, 5, 6, new Tokens(1, 2, 3, 4));
    reopen();

    Job found = jobs().named(new JobName("batches/" + job.runId())).orElseThrow();

    assertThat(found)
        .isEqualTo(
            new Job(
                job.runId(),
                1,
                1,
                "gemini-x",
                Jobs.requests(1),
                JobState.COLLECTED,
                job.displayName(),
                1,
                true,
                new Job.Remote(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(PROJECT),
                    job.inputFile(),
                    job.name(),
                    Optional.of("BATCH_STATE_CANCELLED"),
                    Optional.of("files/out"),
                    Optional.of("by hand"),
                    Optional.of(new Job.Done(3, 2))),
                new Job.Outcome(5, 6, new Tokens(1, 2, 3, 4)),
                new JobTimes(
                    Optional.of(START),
                    Optional.of(START.plusSeconds(2)),
                    Optional.of(START),
                    Optional.of(START.plusSeconds(1)),
                    Optional.of(START.plusSeconds(3)))));
  }

  @Test
  void jobs_in_a_state_come_in_the_order_of_their_creation() {
    Job later = withJob(received("a.jsonl"));
    Job sooner = withOpenJob(received("b.jsonl"));
    clock.forward(Duration.ofSeconds(1));
    jobs().creating(later, Jobs.room(90));
    jobs().opened(later, new JobName("batches/later"), "BATCH_STATE_PENDING");
    withJob(received("c.jsonl"));

    assertThat(jobs().inState(JobState.OPEN))
        .extracting(Job::runId)
        .containsExactly(sooner.runId(), later.runId());
  }

  @Test
  void what_the_service_counted_is_forgotten_with_the_job_that_it_did_not_take() {
    Job job = withOpenJob(received("a.jsonl"));
    jobs().seen(job, "BATCH_STATE_RUNNING", true, Optional.of(new Job.Done(0, 0)));
    assertThat(jobs().job(job.runId(), 1).remote().done()).contains(new Job.Done(0, 0));

    jobs()
        .toBeCreatedAgain(
            job, QuotaWaits.afterFailure(job, false, "no tokens left", "", clock.instant()));

    assertThat(jobs().job(job.runId(), 1).remote().done()).isEmpty();
  }

  @Test
  void the_jobs_of_several_runs_are_found_at_once() {
    List<String> runs = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      runs.add(received(i + ".jsonl"));
    }
    withJobs(runs.get(0), 3, Jobs.requests(1));
    withJobs(runs.get(499), 1, Jobs.requests(1));
    withJob(received("of nobody who asked.jsonl"));

    Map<String, List<Job>> found = jobs().of(runs);

    assertThat(found).containsOnlyKeys(runs.get(0), runs.get(499));
    assertThat(found.get(runs.get(0))).isEqualTo(jobs().of(runs.get(0)));
    assertThat(jobs().of(List.of())).isEmpty();
    runs.add("one more");
    assertThatThrownBy(() -> jobs().of(runs)).hasMessageContaining("501 runs are too many");
  }

  @Test
  void a_name_that_is_not_ours_is_of_no_job() {
    withOpenJob(received("a.jsonl"));

    jobs().cancelAsked(new JobName("batches/of-somebody-else"));

    assertThat(jobs().named(new JobName("batches/of-somebody-else"))).isEmpty();
    assertThat(jobs().inState(JobState.OPEN)).noneMatch(Job::cancelAsked);
  }
}
