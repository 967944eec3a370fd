package dev.geminibatch.stage.poll;

import static dev.geminibatch.testkit.Samples.nativeLine;
import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.ledger.LearnedLimits;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.RunState;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.service.RemoteJob;
import dev.geminibatch.service.RemoteJobState;
import dev.geminibatch.stage.submit.Submitter;
import dev.geminibatch.testkit.FakeService;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A service that takes every job, and ends those for which there is no quota without an answer. */
class LateRefusalTest {
  private static final String MODEL = "gemini-3-flash-preview";
  private static final String NO_QUOTA = "You exceeded your current quota";

  @TempDir Path folder;
  private final FakeService service = new FakeService();
  private StageFixture fixture;
  private int refusals;

  @BeforeEach
  void open() throws IOException {
    fixture = StageFixture.open(folder, service);
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  private String assembled(String name, int lines, int letters) throws IOException {
    return fixture.assembled(
        name,
        IntStream.range(0, lines)
            .mapToObj(i -> nativeLine("k" + i, "x".repeat(letters)))
            .toArray(String[]::new));
  }

  private void submit(String run) throws IOException {
    new Submitter(
            fixture.context(), fixture.queue(90), fixture.references(), fixture.jobFileAhead())
        .submit(run);
  }

  private void says(Job job, RemoteJobState state, int code, String message) {
    RemoteJob made =
        service.made().stream()
            .filter(each -> each.jobName().equals(job.name().orElseThrow()))
            .findFirst()
            .orElseThrow();
    RemoteJob seen =
        new RemoteJob(
            made.name(),
            made.displayName(),
            made.model(),
            state,
            "BATCH_STATE_" + state,
            made.created(),
            made.created(),
            made.counts(),
            Optional.empty(),
            code == 0
                ? Optional.empty()
                : Optional.of(new RemoteJob.ServiceError(code, message, "")),
            false,
            state.isEnded());
    if (state.isEnded()) {
      service.end(made.name(), seen.stateText(), null);
    }
    new JobNews(fixture.context(), fixture.workspace().connection()::batches)
        .take(job, seen, fixture.run(job.runId()));
  }

  /** Runs what there is quota for, in the order of the jobs, and refuses the rest. */
  private void work(String run, long quota) {
    long running = 0;
    for (Job job : fixture.jobs().of(run)) {
      if (job.state() == JobState.OPEN) {
        boolean isAdmitted = running + job.size().tokens() <= quota;
        running += isAdmitted ? job.size().tokens() : 0;
        refusals += isAdmitted ? 0 : 1;
        says(
            job,
            isAdmitted ? RemoteJobState.RUNNING : RemoteJobState.FAILED,
            isAdmitted ? 0 : 8,
            NO_QUOTA);
      }
    }
    for (Job job : fixture.jobs().of(run)) {
      if (job.state() == JobState.OPEN) {
        service.end(job.name().orElseThrow().value(), "BATCH_STATE_SUCCEEDED", "files/answers");
        fixture.ended(run, job.number(), "files/answers");
      }
    }
  }

  private void finish(String run, long quota) throws IOException {
    for (int i = 0;
        fixture.jobs().of(run).stream().anyMatch(job -> job.state() != JobState.ENDED);
        i++) {
      assertThat(i).as("rounds").isLessThan(200);
      submit(run);
      work(run, quota);
      fixture.clock().forward(Duration.ofMinutes(10));
    }
    assertThat(fixture.jobs().of(run)).allMatch(job -> job.responsesFile().isPresent());
  }

  private ProjectId project() {
    return fixture.workspace().connection().project();
  }

  private LearnedLimits.Shown learned() {
    return fixture.ledger().limits().of(project(), MODEL);
  }

  @Test
  void a_job_over_the_limit_is_cut_until_it_runs_and_the_limit_is_learned() throws IOException {
    finish(assembled("x.jsonl", 2_600, 330), 60_000); // about 262,000 tokens

    assertThat(refusals).isBetween(1, 12);
    int before = refusals;
    finish(assembled("y.jsonl", 2_500, 330), 60_000);
    assertThat(refusals).as("once it is learned").isEqualTo(before);
    assertThat(fixture.context().limit(project(), MODEL).total()).isBetween(48_000L, 60_000L);
  }

  @Test
  void that_a_job_was_taken_says_nothing_any_more() throws IOException {
    String run = assembled("x.jsonl", 2_600, 330);
    submit(run);
    assertThat(learned().allowed()).isGreaterThan(200_000);

    work(run, 60_000);

    assertThat(learned().allowed()).isZero();
    assertThat(learned().refused().orElseThrow()).isGreaterThan(200_000);
    assertThat(learned().isLate()).isTrue();
    submit(run);
    assertThat(fixture.jobs().of(run)).hasSizeGreaterThan(1);
  }

  @Test
  void one_line_that_is_refused_again_while_nobody_has_a_job_open_is_over_quota()
      throws IOException {
    String run = assembled("x.jsonl", 1, 160_000);
    submit(run);
    work(run, 20_000);
    assertThat(fixture.run(run).state()).isEqualTo(RunState.ASSEMBLED);
    fixture.clock().forward(Duration.ofMinutes(10));

    submit(run);
    work(run, 20_000);

    Job job = fixture.jobs().job(run, 1);
    assertThat(job.state()).isEqualTo(JobState.ENDED);
    assertThat(job.remote().state()).hasValue("OVER_QUOTA");
    assertThat(job.reason().orElseThrow()).contains(NO_QUOTA, "40,0", "tokens");
  }

  @Test
  void beside_jobs_of_others_it_waits_and_says_for_which_and_learns_nothing() throws IOException {
    service.holds("files/theirs", "{}");
    service.createJob(MODEL, "files/theirs", "theirs");
    String run = assembled("x.jsonl", 2_600, 330);
    submit(run);

    work(run, 60_000);

    assertThat(fixture.run(run).reason().orElseThrow())
        .contains(NO_QUOTA, "1 job of the project that is not ours (batches/1)");
    assertThat(learned().refused()).isEmpty();
  }

  @Test
  void a_refusal_per_minute_or_of_the_account_teaches_nothing() throws IOException {
    String run = assembled("x.jsonl", 2_600, 330);
    submit(run);
    says(fixture.jobs().job(run, 1), RemoteJobState.FAILED, 8, "Requests per minute exceeded");
    assertThat(learned().refused()).isEmpty();
    fixture.clock().forward(Duration.ofMinutes(10));

    submit(run);
    says(fixture.jobs().job(run, 1), RemoteJobState.FAILED, 7, "Consumer has been suspended.");
    assertThat(learned().refused()).isEmpty();
    assertThat(fixture.jobs().job(run, 1).state()).isEqualTo(JobState.UPLOADED);
  }
}
