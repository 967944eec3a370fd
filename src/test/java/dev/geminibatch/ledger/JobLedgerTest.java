package dev.geminibatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.run.Job;
import dev.geminibatch.run.RunState;
import dev.geminibatch.service.JobName;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the ledger promises of jobs. */
class JobLedgerTest {
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
  void only_one_may_create_a_job() throws IOException {
    String run = fixture.dropped("a.jsonl");
    Job job = fixture.withJob(run);

    assertThat(jobs.creating(job, 90)).isTrue();
    assertThat(jobs.creating(job, 90)).isFalse();
  }

  @Test
  void no_more_jobs_are_created_than_may_be_open() throws IOException {
    Job first = fixture.withJob(fixture.dropped("a.jsonl"));
    Job second = fixture.withJob(fixture.dropped("b.jsonl"));

    assertThat(jobs.creating(first, 1)).isTrue();
    assertThat(jobs.creating(second, 1)).isFalse();
    jobs.opened(first, new JobName("batches/a"), "BATCH_STATE_PENDING");
    assertThat(jobs.creating(second, 1)).isFalse();
    jobs.ended(first, "BATCH_STATE_SUCCEEDED", "files/a", null);
    assertThat(jobs.creating(second, 1)).isTrue();
  }

  @Test
  void the_name_of_a_job_that_was_created_before_does_not_come_again() throws IOException {
    Job job = fixture.withJob(fixture.dropped("a.jsonl"));
    jobs.creating(job, 90);
    jobs.opened(job, new JobName("batches/x"), "PENDING");
    jobs.toBeCreatedAgain(
        job, CreationQueue.afterFailure(job, "no tokens left", fixture.clock().instant()));
    runs.moveTo(job.runId(), RunState.INSPECTED); // its files have died while it waited

    Job again = fixture.withJob(job.runId());

    assertThat(again.displayName()).isNotEqualTo(job.displayName()).endsWith("-3]");
  }
}
