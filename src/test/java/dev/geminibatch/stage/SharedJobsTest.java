package dev.geminibatch.stage;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.geminibatch.report.StatusView;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.RunState;
import dev.geminibatch.service.RemoteJob;
import dev.geminibatch.service.RemoteJobState;
import dev.geminibatch.testkit.FakeService;
import dev.geminibatch.testkit.FakeService.Call;
import dev.geminibatch.testkit.Outbox;
import dev.geminibatch.testkit.SharedJob;
import dev.geminibatch.testkit.StageFixture;
import dev.geminibatch.testkit.StageLoop;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that a person cancels while it shares a job, and those that still want it. */
class SharedJobsTest {
  @TempDir Path folder;
  private final FakeService service = new FakeService();
  private List<String> runs;
  private SharedJob shared;
  private StageFixture fixture;
  private Outbox outbox;
  private StageLoop loop;

  @BeforeEach
  void share() throws IOException {
    fixture = StageFixture.open(folder, service, "job.pack-wait=5s");
    outbox = new Outbox(fixture.folders().outbox());
    loop = new StageLoop(fixture, run -> true);
    shared = new SharedJob(fixture, service, loop, 3);
    runs = shared.runs();
    assertThat(states()).containsOnly(JobState.OPEN);
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  @Test
  void a_cancelled_run_gets_what_the_job_that_others_want_answers_for_it() throws IOException {
    cancel(0);
    loop.tick();
    loop.tick();
    assertThat(fixture.run(runs.get(0)).state()).isEqualTo(RunState.SUBMITTED);
    assertThat(service.count(Call.CANCEL)).isZero();

    shared.end("BATCH_STATE_SUCCEEDED", line -> line.contains("question"));
    loop.tick();

    assertThat(fixture.run(runs.get(0)).state()).isEqualTo(RunState.DELIVERED);
    assertThat(texts("x0")).containsExactly("to question 0");
    assertThat(codes("x0")).containsExactly("run-cancelled");
    assertThat(fixture.run(runs.get(1)).attempt()).as("its other line is sent again").isEqualTo(2);
  }

  @Test
  void killed_after_the_cancellation_it_is_delivered_by_the_next_process() throws IOException {
    cancel(0);
    loop.tick();
    loop = new StageLoop(fixture, run -> true);
    loop.tick();
    shared.end("BATCH_STATE_SUCCEEDED", line -> true);
    Job any = fixture.jobs().job(runs.get(2), 1);
    fixture.jobs().ended(any, "BATCH_STATE_SUCCEEDED", "files/out", null); // and killed again
    loop = new StageLoop(fixture, run -> true);

    loop.tick();

    assertThat(runs).allMatch(run -> fixture.run(run).state() == RunState.DELIVERED);
    assertThat(texts("x0")).containsExactly("to question 0", "to more 0");
    assertThat(service.count(Call.DOWNLOAD)).isEqualTo(1);
  }

  @Test
  void the_job_is_cancelled_with_the_last_run_that_wants_it() throws IOException {
    cancel(0);
    cancel(1);
    loop.tick();
    assertThat(service.count(Call.CANCEL)).isZero();
    cancel(2);
    loop.tick();
    assertThat(service.calls()).contains("CANCEL " + SharedJob.NAME);
    assertThat(service.count(Call.CANCEL)).isEqualTo(1);

    shared.end("BATCH_STATE_CANCELLED", line -> line.contains("more 1"));
    loop.tick();

    assertThat(runs).allMatch(run -> fixture.run(run).state() == RunState.DELIVERED);
    assertThat(texts("x1")).containsExactly("to more 1");
    assertThat(codes("x0")).containsExactly("run-cancelled", "run-cancelled");
  }

  @Test
  void a_run_that_is_cancelled_once_more_waits_for_nothing() throws IOException {
    cancel(0);
    loop.tick();
    assertThat(fixture.ledger().packs().leave(runs.get(0))).isEqualTo(1);

    loop.tick();

    assertThat(fixture.run(runs.get(0)).state()).isEqualTo(RunState.DELIVERED);
    assertThat(codes("x0")).containsExactly("run-cancelled", "run-cancelled");
    assertThat(states()).containsExactly(JobState.COLLECTED, JobState.OPEN, JobState.OPEN);
    shared.end("BATCH_STATE_SUCCEEDED", line -> true);
    loop.tick();
    assertThat(texts("x1")).containsExactly("to question 1", "to more 1");
  }

  @Test
  void a_job_that_some_still_want_is_not_taken_for_one_that_a_person_cancelled()
      throws IOException {
    String first = runs.stream().sorted().findFirst().orElseThrow(); // it stands for all of them
    fixture.ledger().control().cancel(first);
    loop.tick();
    RemoteJob made = service.made().get(0);
    service.end(
        SharedJob.NAME,
        "BATCH_STATE_FAILED",
        null,
        new RemoteJob.ServiceError(8, "no tokens left", ""));
    assertThat(made.state()).isEqualTo(RemoteJobState.PENDING);

    loop.tick();
    loop.tick();

    assertThat(fixture.run(first).state()).isEqualTo(RunState.DELIVERED);
    assertThat(runs)
        .filteredOn(run -> !run.equals(first))
        .allMatch(run -> fixture.jobs().job(run, 1).creation() == 2)
        .allMatch(run -> fixture.run(run).attempt() == 1);
  }

  @Test
  void a_process_for_one_run_polls_the_job_that_it_shares_with_runs_of_others() throws IOException {
    String last = runs.stream().sorted().skip(2).findFirst().orElseThrow();
    loop = new StageLoop(fixture, run -> run.id().equals(last));
    shared.end("BATCH_STATE_SUCCEEDED", line -> true);

    loop.tick();

    assertThat(fixture.run(last).state()).isEqualTo(RunState.DELIVERED);
    assertThat(runs)
        .filteredOn(run -> !run.equals(last))
        .allMatch(run -> fixture.run(run).state() == RunState.SUBMITTED);
  }

  @Test
  void the_status_says_with_how_many_a_run_shares_its_job_and_what_a_cancelled_one_waits_for() {
    cancel(0);

    assertThat(note(1)).isEqualTo("batches/1 pending, shared with 2 other runs");
    assertThat(note(0))
        .isEqualTo(
            "being cancelled, ends with batches/1; batches/1 pending, shared with 2 other runs");
    JsonNode job =
        StatusView.json(
                fixture.run(runs.get(1)),
                fixture.jobs().of(runs.get(1)),
                fixture.ledger().packs()::sharing)
            .at("/jobs/0");
    assertThat(job.path("requests").asInt()).isEqualTo(2);
    assertThat(job.path("shared").toString()).isEqualTo("{\"runs\":3,\"requests\":6}");
  }

  private String note(int run) {
    String id = runs.get(run);
    return StatusView.note(
        fixture.run(id),
        fixture.jobs().of(id),
        fixture.ledger().packs()::sharing,
        fixture.jobs()::pace,
        fixture.clock().instant());
  }

  @Test
  void a_report_has_the_runs_own_part_of_a_shared_job() throws IOException {
    shared.end("BATCH_STATE_SUCCEEDED", line -> true);
    loop.tick();

    JsonNode report = outbox.report("x1");
    assertThat(report.path("requests").asInt()).isEqualTo(2);
    assertThat(report.at("/tokens/in").asInt()).isEqualTo(20);
    assertThat(report.at("/jobs/0/requests").asInt()).isEqualTo(2);
    assertThat(report.at("/jobs/0/shared").toString()).isEqualTo("{\"runs\":3,\"requests\":6}");
    assertThat(folder.resolve("outbox/x1-batch-report.html"))
        .content()
        .contains("shared with 2 other runs")
        .contains(">2<br>of 6<");
  }

  private void cancel(int run) {
    assertThat(fixture.ledger().control().cancel(runs.get(run))).isTrue();
  }

  private List<JobState> states() {
    return runs.stream().map(run -> fixture.jobs().job(run, 1).state()).toList();
  }

  private List<String> texts(String stem) {
    return outbox.results(stem).stream()
        .map(line -> line.at("/response/candidates/0/content/parts/0/text").asText())
        .toList();
  }

  private List<String> codes(String stem) {
    return outbox.errors(stem).stream().map(line -> line.path("code").asText()).toList();
  }
}
