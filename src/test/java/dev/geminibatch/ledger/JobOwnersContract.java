package dev.geminibatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.run.Job;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Whose the jobs of the service are. */
abstract class JobOwnersContract extends LedgerContract {
  @Test
  void open_jobs_that_the_service_does_not_list_come_the_oldest_first() {
    String listed = name(withOpenJob(received("a.jsonl")));
    clock.forward(Duration.ofMinutes(1));
    String second = name(withOpenJob(received("b.jsonl")));
    clock.forward(Duration.ofMinutes(1));
    String third = name(withOpenJob(received("c.jsonl")));
    withJob(received("d.jsonl"));

    assertThat(ledger.jobOwners().unlisted(Set.of(listed), 10))
        .extracting(JobOwners.Open::name)
        .containsExactly(second, third);
  }

  @Test
  void a_job_is_that_of_its_run() {
    Job job = withOpenJob(received("a.jsonl"));

    assertThat(ledger.jobOwners().of(List.of(name(job), "batches/of-others")))
        .containsOnlyKeys(name(job))
        .containsEntry(name(job), new JobOwners.Owner(job.runId(), "a.jsonl", 1));
  }

  private static String name(Job job) {
    return job.name().orElseThrow().value();
  }
}
