package dev.geminibatch.stage;

import static dev.geminibatch.testkit.FakeService.failure;
import static dev.geminibatch.testkit.Samples.answer;
import static dev.geminibatch.testkit.Samples.error;
import static dev.geminibatch.testkit.Samples.nativeLine;
import static dev.geminibatch.testkit.Samples.validation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.geminibatch.ledger.RunControl;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.RunState;
import dev.geminibatch.run.RunStopped;
import dev.geminibatch.service.ServiceFailure.Kind;
import dev.geminibatch.stage.fail.FailureHandler;
import dev.geminibatch.testkit.FakeService;
import dev.geminibatch.testkit.FakeService.Call;
import dev.geminibatch.testkit.Outbox;
import dev.geminibatch.testkit.StageFixture;
import dev.geminibatch.testkit.StageLoop;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person says of a run is obeyed at the next tick, wherever the run is. */
class StoppedRunsTest {
  private static final int CANCELLED = 1;

  @TempDir Path folder;
  private final FakeService service = new FakeService();
  private StageFixture fixture;
  private Outbox outbox;
  private StageLoop loop;

  @BeforeEach
  void open() throws IOException {
    fixture = StageFixture.open(folder, service);
    outbox = new Outbox(fixture.folders().outbox());
    loop = new StageLoop(fixture, run -> true);
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  @Test
  void a_paused_run_is_not_sent_until_it_is_resumed() throws IOException {
    String run = dropped("x", nativeLine("a", "x"));
    control().pause(run);

    tick();
    assertThat(fixture.run(run).state()).isEqualTo(RunState.RECEIVED);
    assertThat(control().resume(run)).isTrue();
    tick();

    assertThat(service.count(Call.CREATE)).isEqualTo(1);
    assertThat(fixture.run(run).state()).isEqualTo(RunState.SUBMITTED);
  }

  @Test
  void the_open_jobs_of_a_paused_run_are_fetched_and_it_is_delivered() throws IOException {
    String run = dropped("x", nativeLine("a", "x"));
    tick();
    control().pause(run);
    end(1, answer("a", "1"));

    tick();

    assertThat(fixture.run(run).state()).isEqualTo(RunState.DELIVERED);
    assertThat(Outbox.keys(outbox.results("x"))).containsExactly("a");
  }

  @Test
  void a_paused_run_fetches_what_is_open_and_keeps_what_waits() throws IOException {
    String run = dropped("x", nativeLine("a", "x"), validation("b"));
    service.fail("CREATE gemini-3-flash-preview", failure(Kind.QUOTA, "no more"));
    tick();
    assertThat(states(run)).containsExactly(JobState.UPLOADED, JobState.OPEN);
    control().pause(run);
    end(1, answer("b", "1"));

    tick();
    tick();

    assertThat(states(run)).containsExactly(JobState.UPLOADED, JobState.COLLECTED);
    assertThat(fixture.run(run).isQueued()).as("holds up nobody").isFalse();
    control().resume(run);
    tick();
    assertThat(states(run)).containsExactly(JobState.OPEN, JobState.COLLECTED);
  }

  @Test
  void lines_of_a_paused_run_are_sent_again_when_it_is_resumed() throws IOException {
    String run = dropped("x", nativeLine("a", "x"));
    tick();
    control().pause(run);
    end(1, error("a", 13, "internal"));

    tick();
    tick();
    assertThat(service.count(Call.CREATE)).isEqualTo(1);
    assertThat(fixture.run(run).isPaused()).isTrue();
    control().resume(run);
    tick();

    assertThat(service.count(Call.CREATE)).isEqualTo(2);
  }

  @Test
  void a_run_that_is_paused_while_it_is_sent_sends_no_further_job() throws IOException {
    String run = fixture.assembled("x.jsonl", nativeLine("a", "x"), validation("b"));
    service.store(
        file -> {
          control().pause(run); // while its first job is uploaded
          return file;
        });

    assertThatThrownBy(() -> loop.submitter().submit(run)).isInstanceOf(RunStopped.class);

    assertThat(service.count(Call.CREATE)).isZero();
    assertThat(fixture.run(run).waiting().reason()).isEmpty();
  }

  @Test
  void a_run_that_is_stopped_in_the_middle_of_its_work_has_not_failed() throws IOException {
    String run = fixture.dropped("x.jsonl");
    control().pause(run);

    new FailureHandler(fixture.context())
        .take(run, new IllegalStateException(new RunStopped(fixture.run(run))), null);

    assertThat(fixture.run(run).state()).isEqualTo(RunState.RECEIVED);
    assertThat(fixture.run(run).waiting().tries()).isZero();
    assertThat(fixture.run(run).reason()).isEmpty();
  }

  @Test
  void a_job_of_a_paused_run_that_may_exist_is_searched_for() throws IOException {
    String run = dropped("x", nativeLine("a", "x"));
    service.loseAnswers(true);
    service.hideJobs(true);
    tick();
    assertThat(states(run)).containsExactly(JobState.CREATING);
    control().pause(run);
    service.hideJobs(false);

    tick();
    tick();

    assertThat(states(run)).containsExactly(JobState.OPEN);
    assertThat(service.count(Call.CREATE)).isEqualTo(1);
  }

  @Test
  void every_line_of_a_run_that_is_cancelled_before_it_is_sent_is_reported() throws IOException {
    for (RunState state : List.of(RunState.RECEIVED, RunState.INSPECTED, RunState.ASSEMBLED)) {
      String name = state.name();
      String run = dropped(name, nativeLine("a", name), "not a line", nativeLine("b", name));
      if (state != RunState.RECEIVED) {
        fixture.inspect(run);
      }
      if (state == RunState.ASSEMBLED) {
        fixture.assemble(run);
      }
      assertThat(fixture.run(run).state()).isEqualTo(state);
      assertThat(control().cancel(run)).isTrue();

      tick();
      tick();

      assertThat(fixture.run(run).state()).as(name).isEqualTo(RunState.DELIVERED);
      assertThat(codes(name)).containsExactly("run-cancelled", "not-json", "run-cancelled");
      JsonNode first = outbox.errors(name).get(0);
      assertThat(first.path("key").asText()).isEqualTo("a");
      assertThat(first.path("retryable").asBoolean()).isTrue();
      assertThat(first.at("/request/request/contents").isArray()).isTrue();
      assertThat(outbox.results(name)).isEmpty();
      assertThat(outbox.report(name).path("requests").asLong()).isEqualTo(3);
    }
    assertThat(service.calls()).as("nothing was sent").isEmpty();
  }

  @Test
  void a_cancelled_run_delivers_what_was_answered_and_reports_the_rest() throws IOException {
    String run = dropped("x", nativeLine("a", "x"), nativeLine("b", "x"), validation("c"));
    service.fail("CREATE gemini-3-flash-preview", failure(Kind.QUOTA, "no more"));
    tick();
    control().cancel(run);
    tick();
    assertThat(service.count(Call.CANCEL)).as("its open job").isEqualTo(1);

    end(1, answer("c", "1"));
    tick();

    assertThat(fixture.run(run).state()).isEqualTo(RunState.DELIVERED);
    assertThat(Outbox.keys(outbox.results("x"))).containsExactly("c");
    assertThat(Outbox.keys(outbox.errors("x"))).containsExactly("a", "b");
    assertThat(codes("x")).containsOnly("run-cancelled");
    assertThat(service.count(Call.CREATE)).as("one was refused").isEqualTo(2);
  }

  @Test
  void requests_that_the_service_has_cancelled_with_their_run_are_named_so() throws IOException {
    String run = dropped("x", nativeLine("a", "x"), nativeLine("b", "x"));
    tick();
    control().cancel(run);
    tick();

    end(1, error("a", CANCELLED, "cancelled"), answer("b", "1"));
    tick();

    assertThat(codes("x")).containsExactly("run-cancelled");
    assertThat(Outbox.keys(outbox.results("x"))).containsExactly("b");
  }

  @Test
  void a_job_that_ends_as_cancelled_or_is_gone_is_not_sent_again() throws IOException {
    String first = dropped("x", nativeLine("a", "x"));
    String second = dropped("y", nativeLine("a", "y"));
    tick();
    control().cancel(first);
    control().cancel(second);
    tick();
    service.end("batches/1", "BATCH_STATE_CANCELLED", null);
    service.end("batches/2", "BATCH_STATE_EXPIRED", null);

    tick();

    assertThat(codes("x")).containsExactly("run-cancelled");
    assertThat(codes("y")).containsExactly("run-cancelled");
    assertThat(service.count(Call.CREATE)).isEqualTo(2);
  }

  @Test
  void a_job_that_may_exist_is_found_and_cancelled_with_its_run() throws IOException {
    String run = dropped("x", nativeLine("a", "x"));
    service.loseAnswers(true);
    service.hideJobs(true);
    tick();
    control().cancel(run);
    service.hideJobs(false);

    tick();
    assertThat(fixture.run(run).state()).isEqualTo(RunState.SUBMITTED);
    tick();

    assertThat(service.count(Call.CANCEL)).isEqualTo(1);
    assertThat(service.count(Call.CREATE)).isEqualTo(1);
  }

  @Test
  void a_service_that_does_not_cancel_is_asked_again_and_not_at_each_tick() throws IOException {
    String run = dropped("x", nativeLine("a", "x"));
    tick();
    control().cancel(run);
    service.fail(Call.CANCEL, failure(Kind.UNAVAILABLE, "overloaded"));

    loop.poller().poll();
    loop.poller().poll();
    assertThat(service.count(Call.CANCEL)).isEqualTo(1);
    fixture.clock().forward(Duration.ofMinutes(2));
    loop.poller().poll();
    fixture.clock().forward(Duration.ofMinutes(2));
    loop.poller().poll();
    assertThat(service.count(Call.CANCEL)).isEqualTo(2);
    fixture.clock().forward(Duration.ofMinutes(9));
    loop.poller().poll();

    assertThat(service.count(Call.CANCEL)).isEqualTo(3);
  }

  @Test
  void lines_that_were_to_be_sent_again_end_with_their_run() throws IOException {
    String run = dropped("x", nativeLine("a", "x"), nativeLine("b", "x"));
    tick();
    control().pause(run);
    end(1, error("a", 13, "internal"), answer("b", "1"));
    tick();
    assertThat(fixture.run(run).state()).isEqualTo(RunState.INSPECTED);
    assertThat(control().cancel(run)).isTrue();

    tick();

    assertThat(fixture.run(run).state()).isEqualTo(RunState.DELIVERED);
    assertThat(codes("x")).containsExactly("run-cancelled");
    assertThat(Outbox.keys(outbox.results("x"))).containsExactly("b");
  }

  @Test
  void a_follower_is_cancelled_by_itself_and_outlives_a_leader_that_is_cancelled()
      throws IOException {
    String leader = dropped("x", nativeLine("a", "x"));
    fixture.inspect(leader);
    String cancelled = dropped("y", nativeLine("a", "x"));
    fixture.inspect(cancelled);
    String other = dropped("z", nativeLine("a", "x"));
    fixture.inspect(other);
    assertThat(fixture.run(other).leader()).hasValue(leader);
    control().cancel(cancelled);
    tick();
    assertThat(codes("y")).containsExactly("run-cancelled");
    assertThat(fixture.run(leader).state()).isEqualTo(RunState.SUBMITTED);

    control().cancel(leader);
    tick();
    service.end("batches/1", "BATCH_STATE_CANCELLED", null);
    tick();
    tick();
    tick();

    assertThat(fixture.run(leader).state()).isEqualTo(RunState.DELIVERED);
    assertThat(service.count(Call.CREATE)).as("the other one goes its own way").isEqualTo(2);
  }

  private RunControl control() {
    return fixture.ledger().control();
  }

  private String dropped(String stem, String... lines) throws IOException {
    String run = fixture.dropped(stem + ".jsonl", String.join("\n", lines) + "\n");
    fixture.busy().end(run);
    return run;
  }

  private List<JobState> states(String run) {
    return fixture.jobs().of(run).stream().map(job -> job.state()).toList();
  }

  private List<String> codes(String stem) {
    return outbox.errors(stem).stream().map(line -> line.path("code").asText()).toList();
  }

  private void end(int job, String... answers) {
    String name = "batches/" + job;
    service.end(name, "BATCH_STATE_SUCCEEDED", service.holds("files/answers-" + job, answers));
  }

  private void tick() throws IOException {
    loop.tick();
  }
}
