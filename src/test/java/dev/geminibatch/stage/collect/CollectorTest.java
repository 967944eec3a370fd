package dev.geminibatch.stage.collect;

import static dev.geminibatch.testkit.FakeService.failure;
import static dev.geminibatch.testkit.Samples.answer;
import static dev.geminibatch.testkit.Samples.nativeLine;
import static dev.geminibatch.testkit.Samples.validation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.io.UsageException;
import dev.geminibatch.line.RequestReader;
import dev.geminibatch.line.TokenCorrection;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.RunState;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.service.ServiceFailure.Kind;
import dev.geminibatch.service.Tokens;
import dev.geminibatch.testkit.FakeService;
import dev.geminibatch.testkit.FakeService.Call;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Answers come to disk whole, and no job is over before its answers are there or surely gone. */
class CollectorTest {
  private static final String[] ANSWERS = {answer("b", "of b"), answer("a", "of a")};

  @TempDir Path folder;
  private final FakeService service = new FakeService();
  private StageFixture fixture;
  private Collector collector;
  private String run;

  @BeforeEach
  void submit() throws IOException {
    fixture = StageFixture.open(folder, service);
    collector = collector();
    run = fixture.assembled("x.jsonl", nativeLine("a", "x"), nativeLine("b", "x"));
    fixture.submit(run);
  }

  private Collector collector() {
    RetryPlanner retries = new RetryPlanner(fixture.context(), new RequestReader());
    return new Collector(fixture.context(), retries);
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  @Test
  void a_job_that_has_ended_is_downloaded_and_counted() throws IOException {
    fixture.ended(run, 1, service.holds("files/answers", ANSWERS));

    assertThat(collector.collect(run)).isTrue();

    assertThat(fixture.run(run).state()).isEqualTo(RunState.COLLECTED);
    assertThat(job().state()).isEqualTo(JobState.COLLECTED);
    assertThat(job().outcome()).isEqualTo(new Job.Outcome(2, 0, new Tokens(20, 2, 0, 0)));
    assertThat(fixture.folderOf(run).answers(1)).hasContent(String.join("\n", ANSWERS));
    assertThat(fixture.folderOf(run).jobBody(1)).doesNotExist();
  }

  @Test
  void what_the_service_has_counted_makes_the_next_estimate_right() throws IOException {
    fixture.ended(run, 1, service.holds("files/answers", ANSWERS));
    collector.collect(run);

    String next = fixture.assembled("next.jsonl", nativeLine("c", "x"), nativeLine("d", "x"));

    Job.Size size = fixture.jobs().job(next, 1).size();
    assertThat(size.estimated().total()).as("without what was learned").isNotEqualTo(20);
    assertThat(size.tokens()).as("10 each, as it was counted").isBetween(18L, 22L);
  }

  @Test
  void a_job_of_an_older_version_teaches_nothing_and_is_collected() throws IOException {
    fixture.ended(run, 1, service.holds("files/answers", ANSWERS));
    Files.delete(fixture.folderOf(run).jobTokens(1));

    assertThat(collector.collect(run)).isTrue();

    assertThat(fixture.ledger().tokenFactors().of(job().model())).isEqualTo(TokenCorrection.NONE);
  }

  @Test
  void a_job_that_has_ended_does_not_wait_for_the_others() throws IOException {
    run = fixture.assembled("y.jsonl", nativeLine("a", "y"), validation("another model"));
    fixture.submit(run);
    fixture.ended(run, 1, service.holds("files/answers", answer("a", "of a")));

    assertThat(collector.collect(run)).isFalse();

    assertThat(fixture.run(run).state()).isEqualTo(RunState.SUBMITTED);
    assertThat(fixture.jobs().of(run))
        .extracting(Job::state)
        .containsExactly(JobState.COLLECTED, JobState.OPEN);
  }

  @Test
  void a_truncated_download_is_resumed() throws IOException {
    fixture.ended(run, 1, service.holds("files/answers", ANSWERS));
    service.cutDownload(30);

    assertThatThrownBy(() -> collector.collect(run)).isInstanceOf(ServiceFailure.class);
    assertThat(fixture.folderOf(run).answers(1)).doesNotExist();
    assertThat(collector.collect(run)).isTrue();

    assertThat(downloads()).containsExactly(download(0), download(30));
    assertThat(job().outcome().answered()).isEqualTo(2);
  }

  @Test
  void a_truncated_download_of_a_large_job_is_resumed() throws IOException {
    int requests = 12_000;
    String[] lines = new String[requests];
    String[] answers = new String[requests];
    for (int i = 0; i < requests; i++) {
      lines[i] = nativeLine("k" + i, "x");
      answers[requests - 1 - i] = answer("k" + i, "of " + i);
    }
    String large = fixture.assembled("large.jsonl", lines);
    fixture.submit(large);
    fixture.ended(large, 1, service.holds("files/answers", answers));
    service.cutDownload(1_200_000);

    assertThatThrownBy(() -> collector.collect(large)).isInstanceOf(ServiceFailure.class);
    assertThat(fixture.folderOf(large).matches(1)).doesNotExist();
    assertThat(collector.collect(large)).isTrue();

    assertThat(downloads()).containsExactly(download(0), download(1_200_000));
    assertThat(fixture.jobs().job(large, 1).outcome().answered()).isEqualTo(requests);
    assertThat(fixture.folderOf(large).answers(1)).hasContent(String.join("\n", answers));
  }

  @Test
  void what_an_earlier_process_had_downloaded_of_a_file_is_not_relied_upon() throws IOException {
    fixture.ended(run, 1, service.holds("files/answers", ANSWERS));
    service.cutDownload(30);
    assertThatThrownBy(() -> collector.collect(run)).isInstanceOf(ServiceFailure.class);

    assertThat(collector().collect(run)).isTrue();

    assertThat(downloads()).containsExactly(download(0), download(0));
  }

  @Test
  void answers_that_are_on_disk_are_not_downloaded_again() throws IOException {
    fixture.ended(run, 1, "files/answers");
    Files.write(fixture.folderOf(run).answers(1), List.of(ANSWERS));

    assertThat(collector.collect(run)).isTrue();

    assertThat(downloads()).isEmpty();
    assertThat(job().outcome().answered()).isEqualTo(2);
  }

  @Test
  void answers_that_are_not_found_are_asked_for_again_while_they_may_come_back()
      throws IOException {
    fixture.ended(run, 1, "files/answers");

    for (int tries = 0; tries < 5; tries++) {
      assertThatThrownBy(() -> collector.collect(run)).isInstanceOf(ServiceFailure.class);
      fixture.runs().parked(run, "not found", Duration.ZERO);
    }
    service.holds("files/answers", ANSWERS);

    assertThat(collector.collect(run)).isTrue();
    assertThat(job().outcome().answered()).isEqualTo(2);
  }

  @Test
  void answers_that_neither_come_back_nor_are_promised_are_given_up_and_not_paid_for_again()
      throws IOException {
    fixture.ended(run, 1, "files/answers");
    for (int tries = 0; tries < 5; tries++) {
      fixture.runs().parked(run, "not found", Duration.ZERO);
    }

    assertThat(collector.collect(run)).isTrue();

    assertThat(job().reason().orElseThrow()).contains("files/answers does not exist");
    assertThat(job().outcome()).isEqualTo(new Job.Outcome(0, 2, Tokens.NONE));
    assertThat(fixture.run(run).attempt()).isEqualTo(1);
  }

  @Test
  void a_service_in_trouble_is_no_reason_to_give_answers_up() throws IOException {
    fixture.ended(run, 1, "files/answers");
    for (int tries = 0; tries < 9; tries++) {
      fixture.runs().parked(run, "not found", Duration.ZERO);
    }
    service.fail(Call.JOB, failure(Kind.UNAVAILABLE, "overloaded"));

    assertThatThrownBy(() -> collector.collect(run)).hasMessage("overloaded");

    assertThat(job().state()).isEqualTo(JobState.ENDED);
  }

  @Test
  void answers_to_another_key_are_left_to_that_key() throws IOException {
    fixture.ended(run, 1, "files/answers");
    for (int tries = 0; tries < 9; tries++) {
      fixture.runs().parked(run, "not found", Duration.ZERO);
    }
    fixture.close();
    fixture = StageFixture.open(folder, service, "gemini.api-key=another-key");

    assertThatThrownBy(() -> collector().collect(run))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("another API key");
    assertThat(job().state()).isEqualTo(JobState.ENDED);
  }

  @Test
  void lines_that_answer_nothing_are_noted_beside_the_answers() throws IOException {
    fixture.ended(
        run, 1, service.holds("files/answers", ANSWERS[0], ANSWERS[1], answer("stranger", "x")));

    collector.collect(run);

    assertThat(fixture.folderOf(run).strayAnswers(1)).content().contains("unknown key stranger");
  }

  private List<String> downloads() {
    return service.calls().stream().filter(call -> call.startsWith("DOWNLOAD")).toList();
  }

  private static String download(int from) {
    return "DOWNLOAD files/answers from " + from;
  }

  private Job job() {
    return fixture.jobs().job(run, 1);
  }
}
