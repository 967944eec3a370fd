package dev.geminibatch.stage;

import static dev.geminibatch.testkit.Samples.nativeLine;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.run.Job;
import dev.geminibatch.run.LeaseLost;
import dev.geminibatch.service.RemoteJob;
import dev.geminibatch.stage.submit.Submitter;
import dev.geminibatch.testkit.FakeService;
import dev.geminibatch.testkit.FakeService.Call;
import dev.geminibatch.testkit.PostgresServer;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The call of a member reaches the service after another member has taken over its run. */
@Tag("process")
class LateCallsTest {
  @TempDir Path folder;
  @TempDir Path programs;

  private final FakeService service = new FakeService();
  private PostgresServer server;
  private StageFixture slow;
  private StageFixture other;

  /** Of the other member; it searches for a while. */
  private Submitter submitter;

  private String run;

  @BeforeEach
  void start() throws Exception {
    server = PostgresServer.start(programs);
    slow = member("slow");
    other = member("other");
    submitter =
        new Submitter(other.context(), other.queue(90), other.references(), other.jobFileAhead());
    run = slow.assembled("x.jsonl", nativeLine("a", "x"));
  }

  /** Its heartbeats are so far apart that none comes during a test. */
  private StageFixture member(String name) throws IOException {
    StageFixture member =
        StageFixture.open(
            folder,
            service,
            "ledger.url=" + server.url("postgres"),
            "ledger.user=" + PostgresServer.USER,
            "member.name=" + name,
            "member.silence=10m");
    member.workspace().leases().open();
    return member;
  }

  @AfterEach
  void stop() throws Exception {
    if (other != null) {
      other.close();
      slow.close();
    }
    if (server != null) {
      server.close();
    }
  }

  /** Whoever had it is taken for gone, and does not know it. */
  private void takeOver() {
    try {
      server.execute(
          "postgres", "UPDATE gemini_batch.member SET state = 'GONE' WHERE name = 'slow'");
      assertThat(other.context().leases().acquire(run)).isTrue();
      assertThat(submitter.submit(run)).as("it may still be created").isFalse();
    } catch (SQLException | IOException e) {
      throw new AssertionError(e);
    }
  }

  private void whenCreatingFirst(Runnable what) {
    service.whenCalled(
        call -> {
          if (call.startsWith(Call.CREATE.name())) {
            service.whenCalled(any -> {});
            what.run();
          }
        });
  }

  private Job job() {
    return other.jobs().job(run, 1);
  }

  @Test
  void a_call_that_arrives_after_the_run_was_taken_over_creates_nothing() throws IOException {
    whenCreatingFirst(this::takeOver);

    assertThatThrownBy(() -> slow.submit(run)).isInstanceOf(LeaseLost.class);

    assertThat(service.made()).isEmpty();
    other.clock().forward(Duration.ofMinutes(2));
    assertThat(submitter.submit(run)).isTrue();
    assertThat(service.made()).extracting(RemoteJob::jobName).containsExactly(job().name().get());
  }

  @Test
  void what_it_named_is_not_used_again() throws IOException {
    String name = job().displayName();
    whenCreatingFirst(this::takeOver);
    assertThatThrownBy(() -> slow.submit(run)).isInstanceOf(LeaseLost.class);
    String file =
        service.calls().stream().filter(call -> call.startsWith("UPLOAD")).findFirst().get();

    other.clock().forward(Duration.ofMinutes(2));
    assertThat(submitter.submit(run)).isTrue();

    assertThat(service.made()).extracting(RemoteJob::displayName).doesNotContain(name);
    assertThat(service.calls().stream().filter(file::equals))
        .as("file of the late call")
        .hasSize(1);
  }

  @Test
  void a_job_that_was_created_before_the_run_was_taken_over_is_found() throws IOException {
    service.loseAnswers(true);
    service.hideJobs(true);
    slow.submit(run);
    service.loseAnswers(false);
    service.hideJobs(false);

    slow.workspace().leases().close();
    assertThat(other.context().leases().acquire(run)).isTrue();
    assertThat(submitter.submit(run)).isTrue();

    assertThat(service.count(Call.CREATE)).isEqualTo(1);
    assertThat(service.made()).extracting(RemoteJob::jobName).containsExactly(job().name().get());
  }
}
