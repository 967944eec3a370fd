package dev.geminibatch.stage.submit;

import static dev.geminibatch.testkit.FakeService.failure;
import static dev.geminibatch.testkit.Samples.nativeLine;
import static dev.geminibatch.testkit.Samples.validation;
import static dev.geminibatch.testkit.StageFixture.PROJECT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.io.UsageException;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.RunState;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.service.ServiceFailure.Kind;
import dev.geminibatch.testkit.FakeService;
import dev.geminibatch.testkit.FakeService.Call;
import dev.geminibatch.testkit.Jobs;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each job is created once, whatever the service says to it. */
class SubmitterTest {
  @TempDir Path folder;
  private final FakeService service = new FakeService();
  private StageFixture fixture;
  private Submitter submitter;
  private String run;

  @BeforeEach
  void assemble() throws IOException {
    fixture = StageFixture.open(folder, service);
    submitter = submitter();
    run = fixture.assembled("x.jsonl", nativeLine("a", "x"), nativeLine("b", "x"));
  }

  private Submitter submitter() {
    return new Submitter(
        fixture.context(), fixture.queue(90), fixture.references(), fixture.jobFileAhead());
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  @Test
  void a_run_is_submitted_when_the_service_has_all_its_jobs() throws IOException {
    assertThat(submitter.submit(run)).isTrue();

    assertThat(fixture.run(run).state()).isEqualTo(RunState.SUBMITTED);
    assertThat(job().state()).isEqualTo(JobState.OPEN);
    assertThat(job().name()).hasValue(service.made().get(0).jobName());
    assertThat(service.made().get(0).displayName()).isEqualTo(job().displayName());
  }

  @Test
  void an_unclear_answer_is_searched_for_before_anything_is_created_again() throws IOException {
    service.loseAnswers(true);
    service.hideJobs(true);
    assertThat(submitter.submit(run)).isFalse();
    assertThat(job().state()).isEqualTo(JobState.CREATING);
    assertThat(fixture.run(run).reason().orElseThrow()).contains("not clear");

    service.hideJobs(false);
    fixture.clock().forward(Duration.ofDays(1));
    assertThat(submitter.submit(run)).isTrue();

    assertThat(service.count(Call.CREATE)).isEqualTo(1);
    assertThat(job().name()).hasValue(service.made().get(0).jobName());
  }

  @Test
  void a_job_that_is_not_found_is_created_again_only_when_it_certainly_does_not_exist()
      throws IOException {
    service.fail(Call.CREATE, failure(Kind.UNAVAILABLE, "overloaded"));
    submitter.submit(run);
    fixture.clock().forward(Duration.ofSeconds(50));
    assertThat(submitter.submit(run)).isFalse();
    assertThat(service.count(Call.CREATE)).isEqualTo(1);

    fixture.clock().forward(Duration.ofSeconds(20));
    assertThat(submitter.submit(run)).isTrue();

    assertThat(service.calls().subList(1, 7))
        .as("looked for at once, twice more, and before each decision")
        .containsExactly("CREATE " + job().model(), find(), find(), find(), find(), find());
    assertThat(service.count(Call.CREATE)).isEqualTo(2);
    assertThat(service.made()).hasSize(1);
  }

  @Test
  void a_creation_that_an_earlier_process_began_is_given_its_time_from_the_start_of_this_one()
      throws IOException {
    uploadFirst();
    fixture.jobs().creating(job(), Jobs.room(90));
    fixture.clock().forward(Duration.ofHours(1));
    submitter = submitter();

    assertThat(submitter.submit(run)).isFalse();
    assertThat(service.made()).isEmpty();
    fixture.clock().forward(Duration.ofSeconds(61));
    assertThat(submitter.submit(run)).isTrue();
  }

  @Test
  void a_creation_that_was_begun_with_another_key_is_left_to_that_key() throws IOException {
    fixture.jobs().uploaded(job(), PROJECT, "files/x");
    fixture.jobs().creating(job(), Jobs.room(90));
    fixture.clock().forward(Duration.ofDays(1));

    assertThatThrownBy(() -> submitter.submit(run))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("another API key");
    assertThat(job().state()).isEqualTo(JobState.CREATING);
    assertThat(service.made()).isEmpty();
  }

  @Test
  void a_refusal_for_quota_waits_its_time_and_uploads_nothing_again() throws IOException {
    service.fail(Call.CREATE, failure(Kind.QUOTA, "no tokens left", Duration.ofMinutes(5)));

    assertThat(submitter.submit(run)).isFalse();
    assertThat(fixture.run(run).isQueued()).isTrue();
    assertThat(fixture.run(run).reason().orElseThrow()).contains("no tokens left");
    assertThat(job().state()).isEqualTo(JobState.UPLOADED);
    fixture.clock().forward(Duration.ofMinutes(4));
    assertThat(submitter.submit(run)).isFalse();
    assertThat(service.count(Call.CREATE)).isEqualTo(1);
    fixture.clock().forward(Duration.ofMinutes(1));
    assertThat(submitter.submit(run)).isTrue();
    assertThat(service.count(Call.UPLOAD)).isEqualTo(1);
  }

  @Test
  void a_used_up_quota_stops_the_other_jobs_of_its_model_only() throws IOException {
    String another =
        fixture.assembled("y.jsonl", nativeLine("a", "y"), validation("another model"));
    service.fail(Call.CREATE, failure(Kind.QUOTA, "no tokens left"));

    assertThat(submitter.submit(another)).isFalse();

    assertThat(fixture.jobs().of(another))
        .extracting(Job::state)
        .containsExactlyInAnyOrder(JobState.UPLOADED, JobState.OPEN);
  }

  @Test
  void an_input_file_that_has_gone_is_put_together_and_uploaded_again() throws IOException {
    uploadFirst();
    service.forget(job().inputFile().orElseThrow());

    assertThatThrownBy(() -> submitter.submit(run)).isInstanceOf(ServiceFailure.class);
    assertThat(job().state()).isEqualTo(JobState.ASSEMBLED);
    assertThat(submitter.submit(run)).isTrue();
    assertThat(service.count(Call.UPLOAD)).isEqualTo(2);
  }

  @Test
  void a_model_that_does_not_exist_ends_the_job_and_its_file_is_not_blamed() throws IOException {
    service.fail(Call.CREATE, failure(Kind.NOT_FOUND, "no such model"));

    assertThat(submitter.submit(run)).isTrue();

    assertThat(job().state()).isEqualTo(JobState.ENDED);
    assertThat(job().reason().orElseThrow()).contains("no such model");
  }

  @Test
  void a_refused_key_changes_nothing_but_the_time() throws IOException {
    service.fail(Call.CREATE, failure(Kind.BAD_KEY, "key is suspended"));

    assertThatThrownBy(() -> submitter.submit(run)).hasMessageContaining("key is suspended");
    assertThat(job().state()).isEqualTo(JobState.UPLOADED);
    assertThat(submitter.submit(run)).isTrue();
    assertThat(service.count(Call.UPLOAD)).isEqualTo(1);
  }

  @Test
  void a_file_that_was_uploaded_with_another_key_is_uploaded_with_this_one() throws IOException {
    fixture.jobs().uploaded(job(), PROJECT, "files/x");

    assertThat(submitter.submit(run)).isTrue();

    assertThat(job().isOf(fixture.workspace().connection().project())).isTrue();
    assertThat(service.fileNames()).containsExactly(job().inputFile().orElseThrow());
  }

  @Test
  void a_file_whose_type_is_refused_is_sent_as_another_type_under_another_name()
      throws IOException {
    service.fail(Call.UPLOAD, failure(Kind.REFUSED, "Unsupported MIME type"));

    submitter.submit(run);

    List<String> uploads =
        service.calls().stream().filter(call -> call.startsWith("UPLOAD")).toList();
    assertThat(uploads).hasSize(2).doesNotHaveDuplicates();
    assertThat(uploads.get(0)).endsWith("0 application/jsonl");
    assertThat(uploads.get(1)).endsWith("1 text/plain");
  }

  @Test
  void a_file_that_arrived_without_our_knowing_is_not_sent_twice() throws IOException {
    uploadFirst();
    String file = job().inputFile().orElseThrow();
    fixture.jobs().notUploaded(job()); // as if the power had gone before it was written down

    assertThat(submitter.submit(run)).isTrue();

    assertThat(service.fileNames()).containsExactly(file);
    assertThat(job().inputFile()).hasValue(file);
  }

  /** The file of the job is with the service, and the job is not. */
  private void uploadFirst() throws IOException {
    service.fail(Call.CREATE, failure(Kind.BAD_KEY, "not now"));
    assertThatThrownBy(() -> submitter.submit(run)).isInstanceOf(ServiceFailure.class);
  }

  private String find() {
    return "FIND " + job().displayName();
  }

  private Job job() {
    return fixture.jobs().job(run, 1);
  }
}
