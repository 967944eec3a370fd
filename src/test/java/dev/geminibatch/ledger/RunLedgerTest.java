package dev.geminibatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.run.Job;
import dev.geminibatch.run.RunState;
import dev.geminibatch.service.JobName;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the ledger promises of runs. */
class RunLedgerTest {
  @TempDir Path folder;
  private StageFixture fixture;
  private RunLedger runs;
  private JobLedger jobs;

  @BeforeEach
  void open() throws IOException {
    fixture = StageFixture.open(folder);
    runs = fixture.runs();
    jobs = fixture.jobs();
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  @Test
  void a_run_follows_the_one_with_the_same_content() throws IOException {
    String first = fixture.dropped("a.jsonl");
    String second = fixture.dropped("b.jsonl");

    assertThat(runs.inspected(first, "same", 1, 0, true)).isEmpty();
    assertThat(runs.inspected(second, "same", 1, 0, true)).hasValue(first);
    assertThat(fixture.run(second).state()).isEqualTo(RunState.FOLLOWING);
  }

  @Test
  void those_who_followed_a_failed_run_follow_the_next_and_pay_once() throws IOException {
    String first = fixture.dropped("a.jsonl");
    String second = fixture.dropped("b.jsonl");
    String third = fixture.dropped("c.jsonl");
    for (String run : List.of(first, second, third)) {
      runs.inspected(run, "same", 1, 0, true);
    }

    runs.failed(first, "why");
    for (String run : List.of(second, third)) {
      runs.followAnother(run);
      assertThat(fixture.run(run).state()).as("inspected again").isEqualTo(RunState.RECEIVED);
      runs.inspected(run, "same", 1, 0, true);
    }

    assertThat(fixture.run(second).state()).isEqualTo(RunState.INSPECTED);
    assertThat(fixture.run(third).leader()).hasValue(second);
  }

  @Test
  void a_run_without_any_answer_leads_nobody() throws IOException {
    String first = fixture.dropped("a.jsonl");
    runs.inspected(first, "same", 1, 0, true);
    runs.moveTo(first, RunState.COLLECTED);
    runs.delivered(first, 0);

    assertThat(runs.inspected(fixture.dropped("b.jsonl"), "same", 1, 0, true)).isEmpty();
  }

  @Test
  void a_results_file_is_promised_to_one_run() throws IOException {
    Path output = folder.resolve("x-batch-results.jsonl");
    String first = fixture.dropped("a.jsonl");

    assertThat(runs.promiseOutput(first, output)).isTrue();
    assertThat(runs.promiseOutput(fixture.dropped("b.jsonl"), output)).isFalse();
    assertThat(fixture.run(first).output()).hasValue(output);
  }

  @Test
  void a_run_is_not_submitted_while_one_of_its_jobs_has_come_back() throws IOException {
    Job job = fixture.withJob(fixture.dropped("a.jsonl"));
    jobs.creating(job, 90);
    jobs.opened(job, new JobName("batches/x"), "PENDING");
    jobs.toBeCreatedAgain(
        job, CreationQueue.afterFailure(job, "no tokens left", fixture.clock().instant()));

    runs.submitted(job.runId());

    assertThat(fixture.run(job.runId()).state()).isEqualTo(RunState.ASSEMBLED);
    assertThat(fixture.run(job.runId()).isQueued()).isTrue();
  }

  @Test
  void a_run_makes_no_move_that_its_state_does_not_know() throws IOException {
    String run = fixture.dropped("a.jsonl");

    assertThatThrownBy(() -> runs.moveTo(run, RunState.SUBMITTED))
        .hasMessageContaining("is RECEIVED and cannot become SUBMITTED");
    Job job = fixture.withJob(run);
    assertThatThrownBy(() -> jobs.opened(job, new JobName("batches/x"), "PENDING"))
        .hasMessageContaining("cannot become OPEN");
  }
}
