package dev.geminibatch.camel;

import static dev.geminibatch.testkit.Outbox.keys;
import static dev.geminibatch.testkit.Samples.extraction;
import static dev.geminibatch.testkit.Samples.nativeLine;
import static dev.geminibatch.testkit.Samples.png;
import static dev.geminibatch.testkit.Samples.validation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunState;
import dev.geminibatch.sandbox.Endpoint;
import dev.geminibatch.service.JobName;
import dev.geminibatch.service.RemoteJob;
import dev.geminibatch.testkit.WorkshopTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Nothing is paid for twice and nothing is lost, whatever the service does to a job. */
class OnceTest extends WorkshopTest {
  @Test
  void with_every_answer_to_a_creation_lost_each_job_is_there_once() throws Exception {
    open("job.max-requests=2");
    fault("batch-create lost-answer");
    workshop.drop("a.jsonl", validation("1"), validation("2"), validation("3"));
    workshop.drop("b.jsonl", validation("4"));
    workshop.awaitRuns(2);

    assertThat(keys(workshop.outbox().results("a"))).containsExactly("1", "2", "3");
    assertThat(keys(workshop.outbox().results("b"))).containsExactly("4");
    assertThat(workshop.sandbox().counters().jobsCreated()).isEqualTo(3);
  }

  @Test
  void a_creation_without_effect_is_repeated_only_when_that_is_certain() throws Exception {
    open();
    fault("batch-create cut times=1");
    workshop.drop("x.jsonl", validation("1"));
    awaitReason("It is not clear whether the service has created a job");

    workshop.passTime(Duration.ofSeconds(40));
    await().until(() -> workshop.runs().get(0).waiting().tries() >= 2);
    assertThat(workshop.sandbox().counters().jobsCreated()).isZero();
    workshop.awaitRuns(1);

    assertThat(keys(workshop.outbox().results("x"))).containsExactly("1");
    assertThat(workshop.sandbox().counters().jobsCreated()).isEqualTo(1);
  }

  @Test
  void no_more_jobs_are_open_than_allowed_and_the_others_wait_with_their_reason() throws Exception {
    open("job.max-open=1", "job.max-requests=1");
    workshop.drop("x.jsonl", validation("1"), validation("2"), validation("3"));
    awaitReason("1 of our jobs are open, as many as job.max-open allows");
    assertThat(workshop.runs().get(0).state()).isEqualTo(RunState.ASSEMBLED);
    workshop.awaitRuns(1);

    assertThat(keys(workshop.outbox().results("x"))).containsExactly("1", "2", "3");
    assertThat(workshop.sandbox().counters().jobsCreated()).isEqualTo(3);
    List<RemoteJob> jobs = workshop.workspace().connection().batches().allJobs();
    for (int i = 1; i < jobs.size(); i++) {
      assertThat(jobs.get(i - 1).created().orElseThrow())
          .as("created after the one before it had ended")
          .isAfterOrEqualTo(jobs.get(i).ended().orElseThrow());
    }
  }

  @Test
  void a_creation_for_which_there_is_no_quota_waits_for_minutes() throws Exception {
    open();
    fault("batch-create status=429 times=2 message=No tokens left.");
    workshop.drop("x.jsonl", validation("1"));
    awaitReason("The quota is used up: No tokens left. The next try is at ");

    workshop.passTime(Duration.ofSeconds(61));
    await().until(() -> workshop.runs().get(0).waiting().tries() == 2);
    workshop.passTime(Duration.ofSeconds(121));
    workshop.awaitRuns(1);

    assertThat(keys(workshop.outbox().results("x"))).containsExactly("1");
  }

  @Test
  void a_job_that_fails_for_lack_of_quota_is_created_again_and_takes_no_attempt_of_its_lines()
      throws Exception {
    open("retry.max-attempts=1");
    workshop.sandbox().setJobTime(Duration.ZERO);
    fault("job fail=8 times=1 message=Enqueued tokens exhausted.");
    workshop.drop("x.jsonl", validation("1"), validation("2"));
    awaitReason("Enqueued tokens exhausted.");

    workshop.passTime(Duration.ofSeconds(61));
    workshop.awaitRuns(1);

    assertThat(keys(workshop.outbox().results("x"))).containsExactly("1", "2");
    assertThat(workshop.outbox().report("x").path("jobs")).hasSize(1);
  }

  @Test
  void what_an_expired_job_has_answered_is_kept_and_the_rest_sent_again() throws Exception {
    open();
    fault("job expire answered=0.5 times=1");
    workshop.drop("x.jsonl", validation("1"), validation("2"), validation("3"), validation("4"));
    workshop.awaitRuns(1);

    assertThat(keys(workshop.outbox().results("x"))).containsExactly("1", "2", "3", "4");
    JsonNode jobs = workshop.outbox().report("x").path("jobs");
    assertThat(jobs.findValuesAsText("requests")).containsExactly("4", "2");
    assertThat(workshop.sandbox().counters().linesSent()).isEqualTo(6);
  }

  @Test
  void a_failed_job_gives_the_reason_of_the_service() throws Exception {
    open("retry.max-attempts=1");
    fault("job fail=13 answered=0.5 times=1 message=The model broke.");
    workshop.drop("x.jsonl", validation("1"), validation("2"));
    workshop.awaitRuns(1);

    assertThat(keys(workshop.outbox().results("x"))).containsExactly("1");
    JsonNode error = workshop.outbox().errors("x").get(0);
    assertThat(error.path("code").asText()).isEqualTo("job-failed");
    assertThat(error.path("message").asText()).contains("The model broke.");
  }

  @Test
  void what_a_running_job_had_answered_when_a_person_cancelled_it_is_delivered() throws Exception {
    open();
    workshop.drop("x.jsonl", validation("1"), validation("2"), validation("3"), validation("4"));
    workshop.awaitJobs(1);
    JobName job = workshop.workspace().connection().batches().allJobs().get(0).jobName();
    workshop.sandbox().clock().forward(Duration.ofMinutes(30)); // half of the time it takes
    workshop.ledger().jobs().cancelAsked(job);
    workshop.workspace().connection().batches().cancelJob(job);
    workshop.awaitRuns(1);

    assertThat(keys(workshop.outbox().results("x"))).containsExactly("1", "2");
    assertThat(workshop.outbox().errors("x").get(0).path("code").asText()).isEqualTo("CANCELLED");
    assertThat(workshop.sandbox().counters().jobsCreated()).isEqualTo(1);
  }

  @Test
  void a_job_that_hangs_is_cancelled_and_sent_again_if_that_is_wanted() throws Exception {
    open("job.stuck-after=1h");
    fault("job hang times=1");
    workshop.drop("x.jsonl", validation("1"));
    workshop.awaitJobs(1);
    workshop.passTime(Duration.ofMinutes(61));
    await().until(() -> workshop.sandbox().counters().requests(Endpoint.BATCH_CANCEL) == 1);
    workshop.awaitRuns(1);

    assertThat(keys(workshop.outbox().results("x"))).containsExactly("1");
    assertThat(workshop.outbox().report("x").path("jobs").findValuesAsText("state"))
        .containsExactly("STUCK", "BATCH_STATE_SUCCEEDED");
  }

  @Test
  void an_unknown_state_is_waited_out_and_so_is_a_file_that_is_named_late() throws Exception {
    open();
    fault("job state=BATCH_STATE_PARTIALLY_DONE times=1");
    fault("job late-file=10s times=1");
    workshop.drop("a.jsonl", validation("1"));
    workshop.awaitJobs(1);
    workshop.drop("b.jsonl", validation("2"));
    workshop.awaitJobs(2);
    workshop.sandbox().setJobTime(Duration.ZERO);
    await().until(() -> finished() == 1);
    workshop.passTime(Duration.ofSeconds(11));
    workshop.awaitRuns(2);

    assertThat(keys(workshop.outbox().results("a"))).containsExactly("1");
    assertThat(keys(workshop.outbox().results("b"))).containsExactly("2");
  }

  private long finished() {
    return workshop.runs().stream().filter(run -> run.state().isFinished()).count();
  }

  @Test
  void odd_pages_of_the_listing_mislead_nobody() throws Exception {
    open();
    fault("batch-list empty-token every=2");
    fault("batch-list empty-page every=3");
    workshop.drop("a.jsonl", validation("1"));
    workshop.drop("b.jsonl", validation("2"));
    workshop.awaitJobs(2);
    workshop.awaitRuns(2);

    assertThat(keys(workshop.outbox().results("a"))).containsExactly("1");
    assertThat(keys(workshop.outbox().results("b"))).containsExactly("2");
    assertThat(workshop.sandbox().counters().jobsCreated()).isEqualTo(2);
  }

  @Test
  void a_creation_that_the_service_goes_on_with_after_a_restart_is_not_repeated() throws Exception {
    open();
    fault("batch-create delay=2s times=1");
    workshop.drop("x.jsonl", validation("1"));
    await().until(() -> workshop.sandbox().counters().requests(Endpoint.BATCH_CREATE) == 1);
    workshop.passTime(Duration.ofSeconds(62)); // the call takes long, and then the power goes out
    workshop.stop();
    workshop.start();
    await().until(() -> workshop.sandbox().counters().jobsCreated() == 1);
    workshop.awaitRuns(1);

    assertThat(keys(workshop.outbox().results("x"))).containsExactly("1");
    assertThat(workshop.sandbox().counters().jobsCreated()).isEqualTo(1);
  }

  @Test
  void a_job_that_fails_for_quota_while_others_are_submitted_is_not_forgotten() throws Exception {
    open("job.max-requests=1");
    workshop.sandbox().setJobTime(Duration.ZERO);
    fault("job fail=8 times=1");
    fault("batch-create delay=500ms times=2");
    workshop.drop("x.jsonl", validation("1"), validation("2"));
    workshop.awaitRuns(1);

    assertThat(keys(workshop.outbox().results("x"))).containsExactly("1", "2");
  }

  @Test
  void a_creation_that_is_unclear_is_looked_for_while_the_run_waits_for_quota() throws Exception {
    open("job.max-open=1");
    fault("batch-create status=429 times=1");
    fault("batch-create cut times=1");
    workshop.drop("x.jsonl", nativeLine("1", "default model"), validation("2"));
    awaitReason("The quota is used up");
    workshop.awaitRuns(1);

    assertThat(keys(workshop.outbox().results("x"))).containsExactly("1", "2");
    assertThat(workshop.sandbox().counters().jobsCreated()).isEqualTo(2);
  }

  @Test
  void a_job_that_a_person_cancelled_is_not_created_again_whatever_the_service_calls_its_end()
      throws Exception {
    open();
    fault("job fail=8 times=1");
    workshop.drop("x.jsonl", validation("1"));
    workshop.awaitJobs(1);
    workshop
        .ledger()
        .jobs()
        .cancelAsked(workshop.workspace().connection().batches().allJobs().get(0).jobName());
    workshop.awaitRuns(1);

    assertThat(workshop.outbox().results("x")).isEmpty();
    assertThat(workshop.sandbox().counters().jobsCreated()).isEqualTo(1);
  }

  @Test
  void a_download_that_ends_early_in_good_order_is_completed_and_no_line_sent_again()
      throws Exception {
    open();
    fault("download no-range times=1");
    fault("download short-answer times=2");
    workshop.drop("x.jsonl", validation("1"), validation("2"), validation("3"));
    workshop.awaitRuns(1);

    assertThat(keys(workshop.outbox().results("x"))).containsExactly("1", "2", "3");
    assertThat(workshop.sandbox().counters().jobsCreated()).isEqualTo(1);
  }

  @Test
  void trouble_with_every_request_and_then_with_every_second_download_passes() throws Exception {
    open();
    fault("all html=503");
    workshop.media("a.jpg", png("a"));
    workshop.drop("x.jsonl", extraction("1", "a.jpg"), validation("2"));
    await().until(() -> workshop.runs().stream().anyMatch(run -> run.reason().isPresent()));
    workshop.sandbox().faults().clear();
    fault("download half-answer every=2");
    workshop.passTime(Duration.ofMinutes(1));
    workshop.awaitRuns(1);

    assertThat(keys(workshop.outbox().results("x"))).containsExactly("1", "2");
    assertThat(workshop.sandbox().counters().jobsCreated()).isEqualTo(1);
  }

  @Test
  void a_run_that_waited_longer_than_files_live_is_uploaded_again() throws Exception {
    open();
    workshop.media("a.jpg", png("a"));
    fault("batch-create status=429 times=1");
    workshop.drop("x.jsonl", extraction("1", "a.jpg"));
    awaitReason("The quota is used up");
    workshop.passTime(Duration.ofHours(50));
    awaitReason("they are uploaded again");
    workshop.passTime(Duration.ofMinutes(1));
    workshop.awaitRuns(1);

    assertThat(keys(workshop.outbox().results("x"))).containsExactly("1");
  }

  @Test
  void the_last_jobs_of_a_run_that_waited_too_long_are_sent_with_fresh_files() throws Exception {
    open("job.max-open=1", "job.max-requests=1", "retry.max-attempts=1");
    workshop.media("a.jpg", png("a"));
    workshop.drop("x.jsonl", validation("1"), extraction("2", "a.jpg"));
    awaitReason("1 of our jobs are open");
    workshop.passTime(Duration.ofHours(30)); // the service keeps files for 48 hours, jobs take 24
    workshop.awaitRuns(1);

    assertThat(keys(workshop.outbox().results("x"))).containsExactly("1", "2");
    assertThat(workshop.sandbox().counters().linesSent()).isEqualTo(2);
  }

  @Test
  void what_became_of_an_input_while_jobs_waited_is_not_sent() throws Exception {
    open("job.max-open=1", "job.max-requests=1", "retry.max-attempts=1");
    workshop.drop("x.jsonl", validation("1"), validation("2"));
    awaitReason("1 of our jobs are open");
    Path input = folder.resolve("state/runs/" + workshop.runs().get(0).id() + "/input.jsonl");
    Files.writeString(input, nativeLine("8", "other"));
    workshop.awaitRuns(1);

    assertThat(keys(workshop.outbox().results("x"))).containsExactly("1");
    assertThat(workshop.outbox().errors("x").get(0).path("message").asText())
        .contains("The input was changed");
    assertThat(workshop.outbox().report("x").path("jobs").findValuesAsText("attempt"))
        .containsExactly("1", "1");
    assertThat(workshop.sandbox().counters().linesSent()).isEqualTo(1);
  }

  @Test
  void an_outbox_that_cannot_be_written_to_keeps_the_run_waiting() throws Exception {
    open();
    Path outbox = folder.resolve("outbox");
    workshop.drop("x.jsonl", validation("1"));
    workshop.awaitJobs(1);
    Files.delete(outbox);
    Files.writeString(outbox, "in the way");
    workshop.sandbox().setJobTime(Duration.ZERO);
    awaitReason(outbox.toString());

    Files.delete(outbox);
    workshop.awaitRuns(1);

    assertThat(keys(workshop.outbox().results("x"))).containsExactly("1");
  }

  @Test
  void nothing_is_paid_for_while_the_outbox_cannot_be_written_to() throws Exception {
    open();
    Path outbox = folder.resolve("outbox");
    Files.writeString(outbox, "in the way");
    workshop.drop("x.jsonl", validation("1"));
    awaitReason(outbox.toString());

    assertThat(workshop.sandbox().counters().jobsCreated()).isZero();
    Files.delete(outbox);
    workshop.passTime(Duration.ofMinutes(1));
    workshop.awaitJobs(1);
    workshop.awaitRuns(1);
    assertThat(keys(workshop.outbox().results("x"))).containsExactly("1");
  }

  private void awaitReason(String text) {
    await()
        .untilAsserted(
            () ->
                assertThat(workshop.runs().stream().map(Run::reason).toList().toString())
                    .contains(text));
  }
}
