package dev.geminibatch.stage.submit;

import static dev.geminibatch.testkit.FakeService.failure;
import static dev.geminibatch.testkit.Samples.nativeLine;
import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.ledger.LearnedLimits;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.RunState;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.service.ServiceFailure.Kind;
import dev.geminibatch.testkit.FakeService;
import dev.geminibatch.testkit.FakeService.Call;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs are made to fit into what may be enqueued, and what a refusal teaches. */
class JobRoomTest {
  private static final String MODEL = "gemini-3-flash-preview";

  @TempDir Path folder;
  private final FakeService service = new FakeService();
  private StageFixture fixture;
  private Submitter submitter;

  @BeforeEach
  void open() throws IOException {
    fixture = StageFixture.open(folder, service);
    reopen();
  }

  private void reopen(String... settings) throws IOException {
    fixture.close();
    fixture = StageFixture.open(folder, service, settings);
    submitter =
        new Submitter(
            fixture.context(), fixture.queue(90), fixture.references(), fixture.jobFileAhead());
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  private static String[] lines(int count, int letters) {
    return IntStream.range(0, count)
        .mapToObj(i -> nativeLine("k" + i, "x".repeat(letters)))
        .toArray(String[]::new);
  }

  private List<Job> jobs(String run) {
    return fixture.jobs().of(run);
  }

  private ProjectId project() {
    return fixture
        .context()
        .connection(fixture.run(fixture.ledger().queries().recent(1).get(0).id()))
        .project();
  }

  private LearnedLimits.Shown learned() {
    return fixture.ledger().limits().of(project(), MODEL);
  }

  /** Until all of a run is sent, everything that is open ends whenever it has to wait. */
  private long refusalsUntilSent(String run) throws IOException {
    for (int i = 0; !submitter.submit(run); i++) {
      assertThat(i).as("rounds").isLessThan(300);
      service.endJobs();
      for (Job job : jobs(run)) {
        if (job.state() == JobState.OPEN) {
          fixture.ended(run, job.number(), null);
        }
      }
      fixture.clock().forward(Duration.ofMinutes(10));
    }
    return service.count(Call.CREATE) - service.made().size();
  }

  private List<String> sentLines(String run) {
    List<String> sent = new ArrayList<>();
    for (Job job : jobs(run)) {
      sent.addAll(service.content(job.inputFile().orElseThrow()).lines().toList());
    }
    return sent;
  }

  @Test
  void a_job_over_the_limit_is_cut_until_it_goes_in_after_a_handful_of_refusals()
      throws IOException {
    service.allowTokens(60_000);
    String[] lines = lines(2_600, 330); // about 262,000 tokens
    String run = fixture.assembled("x.jsonl", lines);

    assertThat(refusalsUntilSent(run)).isBetween(1L, 5L);

    assertThat(fixture.run(run).state()).isEqualTo(RunState.SUBMITTED);
    assertThat(sentLines(run)).containsExactlyInAnyOrder(lines);
    assertThat(jobs(run).stream().mapToLong(Job::requests).sum()).isEqualTo(2_600);

    String another = fixture.assembled("y.jsonl", lines(2_500, 330));
    service.endJobs();
    long before = service.count(Call.CREATE) - service.made().size();
    jobs(run).stream()
        .filter(job -> job.state() == JobState.OPEN)
        .forEach(job -> fixture.ended(run, job.number(), null));
    assertThat(refusalsUntilSent(another)).as("refusals once it is learned").isEqualTo(before);
  }

  @Test
  void a_restart_keeps_what_was_learned() throws IOException {
    service.allowTokens(60_000);
    String run = fixture.assembled("x.jsonl", lines(2_600, 330));
    submitter.submit(run);
    LearnedLimits.Shown before = learned();

    reopen();

    assertThat(before.refused()).isPresent();
    assertThat(learned()).isEqualTo(before);
  }

  @Test
  void a_tier_cuts_before_anything_is_refused() throws IOException {
    Files.createDirectory(folder.resolve("config"));
    Files.writeString(
        folder.resolve("config/limits.json"),
        "{\"enqueuedTokens\": {\"gemini-3-flash\": {\"1\": 60000}}}");
    reopen("service.tier=1");
    service.allowTokens(60_000);
    String[] lines = lines(2_600, 330);
    String run = fixture.assembled("x.jsonl", lines);

    assertThat(refusalsUntilSent(run)).isZero();

    assertThat(sentLines(run)).containsExactlyInAnyOrder(lines);
  }

  @Test
  void a_job_waits_until_its_tokens_fit_and_says_so_with_numbers() throws IOException {
    service.allowTokens(60_000);
    String run = fixture.assembled("x.jsonl", lines(2_600, 330));
    submitter.submit(run);

    assertThat(service.enqueued()).isLessThanOrEqualTo(60_000);
    assertThat(fixture.run(run).reason().orElseThrow())
        .containsPattern("[\\d,]+ of [\\d,]+ tokens are enqueued for " + MODEL)
        .contains("this job needs");
  }

  @Test
  void a_small_job_that_is_refused_once_is_neither_cut_nor_does_it_teach_anything()
      throws IOException {
    service.fail(Call.CREATE, failure(Kind.QUOTA, "No tokens left."));
    service.fail(Call.CREATE, failure(Kind.QUOTA, "No tokens left."));
    String run = fixture.assembled("x.jsonl", lines(2, 5));

    assertThat(refusalsUntilSent(run)).isEqualTo(2);

    assertThat(jobs(run)).hasSize(1);
    assertThat(learned().refused()).isEmpty();
  }

  @Test
  void a_refusal_about_calls_in_a_minute_or_with_a_time_to_wait_is_no_limit() throws IOException {
    service.fail(Call.CREATE, failure(Kind.QUOTA, "Quota exceeded: requests per minute"));
    service.fail(Call.CREATE, failure(Kind.QUOTA, "Busy.", Duration.ofSeconds(20)));
    String run = fixture.assembled("x.jsonl", lines(2_600, 330));

    assertThat(refusalsUntilSent(run)).isEqualTo(2);

    assertThat(jobs(run)).hasSize(1);
    assertThat(learned().refused()).isEmpty();
  }

  @Test
  void a_line_that_alone_is_over_the_limit_ends_with_the_words_of_the_service() throws IOException {
    service.allowTokens(20_000);
    String run =
        fixture.assembled(
            "x.jsonl",
            nativeLine("a", "x".repeat(100)),
            nativeLine("large", "x".repeat(160_000)),
            nativeLine("b", "x".repeat(100)));

    refusalsUntilSent(run);

    Job large =
        jobs(run).stream().filter(job -> job.size().tokens() > 20_000).findFirst().orElseThrow();
    assertThat(large.remote().state()).hasValue("OVER_QUOTA");
    assertThat(large.reason().orElseThrow())
        .contains("You exceeded your current quota", "tokens", "no other job was open");
    assertThat(
            jobs(run).stream().filter(job -> job.name().isPresent()).mapToLong(Job::requests).sum())
        .isEqualTo(2);
  }

  @Test
  void a_line_over_a_limit_that_is_certain_is_reported_before_anything_is_sent()
      throws IOException {
    Files.createDirectory(folder.resolve("config"));
    Files.writeString(
        folder.resolve("config/limits.json"),
        "{\"enqueuedTokens\": {\"gemini-3-flash\": {\"1\": 20000}}}");
    reopen("service.tier=1");
    String large = nativeLine("large", "x".repeat(160_000));

    String run = fixture.assembled("x.jsonl", large, nativeLine("a", "x"), large);

    assertThat(jobs(run).stream().mapToLong(Job::requests).sum()).isEqualTo(1);
    assertThat(fixture.run(run).counts().rejected()).isEqualTo(2);
    assertThat(Files.readString(fixture.folderOf(run).rejected(1)))
        .contains("over-quota", "40,0", "20,000 may be enqueued", "service.tier=1");
    assertThat(service.calls()).isEmpty();
  }

  @Test
  void with_jobs_of_others_it_waits_and_says_for_which() throws IOException {
    service.holds("files/theirs", "{}");
    service.createJob(MODEL, "files/theirs", "theirs");
    service.allowTokens(60_000);
    String run = fixture.assembled("x.jsonl", lines(2_600, 330));

    assertThat(submitter.submit(run)).isFalse();

    assertThat(fixture.run(run).reason().orElseThrow())
        .contains("waits for 1 job of the project that is not ours (batches/1)");
    assertThat(jobs(run)).hasSize(1);
    assertThat(learned().refused()).isEmpty();
  }

  @Test
  void beside_jobs_of_others_that_do_not_end_it_is_tried_in_parts_after_a_while()
      throws IOException {
    service.holds("files/theirs", "{}");
    service.createJob(MODEL, "files/theirs", "theirs");
    service.allowTokens(60_000);
    String[] lines = lines(2_600, 330);
    String run = fixture.assembled("x.jsonl", lines);
    for (int i = 0; i < 4; i++) {
      submitter.submit(run);
      assertThat(jobs(run)).as("it waits first").hasSize(1);
      fixture.clock().forward(Duration.ofMinutes(10));
    }

    for (int i = 0; !submitter.submit(run); i++) {
      assertThat(i).as("rounds").isLessThan(100);
      jobs(run).stream().filter(job -> job.state() == JobState.OPEN).forEach(job -> end(run, job));
      fixture.clock().forward(Duration.ofMinutes(10));
    }

    assertThat(sentLines(run)).containsExactlyInAnyOrder(lines);
    assertThat(learned().refused()).as("it may be theirs that was in the way").isEmpty();
  }

  private void end(String run, Job job) {
    service.endJobs();
    service.end(job.name().orElseThrow().value(), "BATCH_STATE_SUCCEEDED", null);
    fixture.ended(run, job.number(), null);
  }

  @Test
  void what_is_as_large_as_what_was_refused_before_is_believed_earlier() throws IOException {
    service.allowTokens(5);
    assertThat(refusalsUntilSent(fixture.assembled("x.jsonl", lines(1, 5)))).isEqualTo(3);

    assertThat(refusalsUntilSent(fixture.assembled("y.jsonl", lines(1, 6)))).isEqualTo(3 + 2);
  }

  @Test
  void a_restart_does_not_make_a_refusal_the_first_one() throws IOException {
    service.allowTokens(5);
    String run = fixture.assembled("x.jsonl", lines(1, 5));
    submitter.submit(run);
    fixture.clock().forward(Duration.ofMinutes(10));
    submitter.submit(run);
    assertThat(jobs(run).get(0).state()).isEqualTo(JobState.UPLOADED);

    reopen();
    fixture.clock().forward(Duration.ofMinutes(30));
    submitter.submit(run);

    assertThat(jobs(run).get(0).remote().state()).hasValue("OVER_QUOTA");
  }

  @Test
  void a_job_of_an_older_version_is_cut_like_any_other() throws Exception {
    service.allowTokens(60_000);
    String[] lines = lines(2_600, 330);
    String run = fixture.assembled("x.jsonl", lines);
    Files.delete(fixture.folderOf(run).jobTokens(1));
    fixture.sql("UPDATE job SET tokens = 0, tokens_by_kind = NULL");

    assertThat(refusalsUntilSent(run)).isBetween(1L, 6L);

    assertThat(sentLines(run)).containsExactlyInAnyOrder(lines);
  }

  @Test
  void a_cut_that_was_not_finished_is_begun_again() throws IOException {
    service.allowTokens(60_000);
    String[] lines = lines(2_600, 330);
    String run = fixture.assembled("x.jsonl", lines);
    for (int number = 2; number < 8; number++) {
      Files.writeString(fixture.folderOf(run).jobBody(number), "half");
      Files.writeString(fixture.folderOf(run).jobIndex(number), "half");
    }

    refusalsUntilSent(run);

    assertThat(sentLines(run)).containsExactlyInAnyOrder(lines);
  }

  @Test
  void the_file_of_a_job_that_was_cut_is_deleted_with_the_service() throws IOException {
    service.allowTokens(60_000);
    String run = fixture.assembled("x.jsonl", lines(2_600, 330));

    refusalsUntilSent(run);

    assertThat(service.fileNames())
        .containsExactlyInAnyOrderElementsOf(
            jobs(run).stream().map(job -> job.inputFile().orElseThrow()).toList());
  }
}
