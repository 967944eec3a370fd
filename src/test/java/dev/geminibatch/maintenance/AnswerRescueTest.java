package dev.geminibatch.maintenance;

import static dev.geminibatch.testkit.FakeService.failure;
import static dev.geminibatch.testkit.Samples.answer;
import static dev.geminibatch.testkit.Samples.nativeLine;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.service.ServiceFailure.Kind;
import dev.geminibatch.service.Tokens;
import dev.geminibatch.testkit.FakeService;
import dev.geminibatch.testkit.FakeService.Call;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Answers that are paid for do not go with a job that is deleted, unless somebody says so. */
class AnswerRescueTest {
  private static final String JOB = "batches/1";

  @TempDir Path folder;
  private final FakeService service = new FakeService();
  private final List<String> told = new ArrayList<>();
  private StageFixture fixture;
  private String run;

  @BeforeEach
  void submit() throws IOException {
    fixture = StageFixture.open(folder, service);
    run = fixture.assembled("x.jsonl", nativeLine("a", "x"));
    fixture.submit(run);
    service.end(JOB, "BATCH_STATE_SUCCEEDED", service.holds("files/answers", answer("a", "1")));
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  private Maintenance maintenance(boolean isWanted) {
    return new Maintenance(
        () -> service,
        name -> {},
        AnswerRescue.forPerson(fixture.workspace(), isWanted, told::add)::rescue);
  }

  @Test
  void the_run_that_waits_for_the_answers_gets_them_before_the_job_is_deleted() throws IOException {
    maintenance(true).delete(JOB);

    assertThat(fixture.folderOf(run).answers(1)).hasContent(answer("a", "1"));
    assertThat(job().state()).isEqualTo(JobState.ENDED);
    assertThat(service.made()).isEmpty();
    assertThat(told).hasSize(1).first().asString().contains("x.jsonl (run " + run + ")");
  }

  @Test
  void answers_that_were_fetched_are_not_fetched_again() throws IOException {
    fixture.ended(run, 1, "files/answers");
    fixture.jobs().collected(job(), 1, 0, Tokens.NONE);

    maintenance(true).delete(JOB);

    assertThat(service.count(Call.DOWNLOAD)).isZero();
    assertThat(told).isEmpty();
    assertThat(service.made()).isEmpty();
  }

  @Test
  void a_job_whose_answers_cannot_be_fetched_at_present_stays() {
    service.fail(Call.DOWNLOAD, failure(Kind.UNAVAILABLE, "overloaded"));

    assertThatThrownBy(() -> maintenance(true).delete(JOB))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("overloaded")
        .hasMessageContaining("--no-fetch");

    assertThat(service.count(Call.DELETE)).isZero();
    assertThat(job().state()).isEqualTo(JobState.OPEN);
  }

  @Test
  void answers_that_are_gone_hold_up_nobody() throws IOException {
    service.forget("files/answers");

    maintenance(true).delete(JOB);

    assertThat(service.made()).isEmpty();
    assertThat(told).containsExactly(JOB + ": its answers are not with the service any more.");
  }

  @Test
  void a_person_who_does_not_want_them_is_warned() throws IOException {
    maintenance(false).delete(JOB);

    assertThat(service.count(Call.DOWNLOAD)).isZero();
    assertThat(service.made()).isEmpty();
    assertThat(told).containsExactly(JOB + ": its answers have not been fetched, and go with it.");
  }

  @Test
  void a_route_keeps_what_runs_wait_for() throws IOException {
    new Maintenance(() -> service, name -> {}, AnswerRescue.forRoutes(fixture.workspace())::rescue)
        .delete(JOB);

    assertThat(fixture.folderOf(run).answers(1)).exists();
  }

  private Job job() {
    return fixture.jobs().job(run, 1);
  }
}
