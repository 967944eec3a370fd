package dev.geminibatch.stage.pack;

import static dev.geminibatch.testkit.FakeService.failure;
import static dev.geminibatch.testkit.Samples.nativeLine;
import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.job.Refusals;
import dev.geminibatch.ledger.LearnedLimits;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.RunState;
import dev.geminibatch.service.ServiceFailure.Kind;
import dev.geminibatch.stage.submit.Submission;
import dev.geminibatch.stage.submit.Submitter;
import dev.geminibatch.testkit.FakeService;
import dev.geminibatch.testkit.FakeService.Call;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Small runs share jobs, each job is created once, and what is wrong with one harms no other. */
class PackerTest {
  @TempDir Path folder;
  private final FakeService service = new FakeService();
  private StageFixture fixture;
  private Packer packer;

  @BeforeEach
  void open() throws IOException {
    fixture = StageFixture.open(folder, service, "job.pack-wait=5s", "job.pack-below=3");
    packer = packer();
  }

  private Packer packer() {
    return new Packer(fixture.context(), fixture.queue(90), fixture.references(), run -> true);
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  /** A small run that waits for others. */
  private String gathering(String name) throws IOException {
    String run = fixture.assembled(name, nativeLine("a", name));
    assertThat(take(run)).isEqualTo(Submission.GATHERS);
    fixture.busy().end(run);
    return run;
  }

  private List<String> gathering(int count) throws IOException {
    List<String> runs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      runs.add(gathering("x" + i + ".jsonl"));
    }
    return runs;
  }

  private Submission take(String run) throws IOException {
    return new Submitter(
            fixture.context(), fixture.queue(90), fixture.references(), fixture.jobFileAhead())
        .take(run);
  }

  private Job job(String run) {
    return fixture.jobs().job(run, 1);
  }

  private List<JobState> states(List<String> runs) {
    return runs.stream().map(run -> job(run).state()).toList();
  }

  /** A process that starts after this one was killed. */
  private void restart() {
    fixture.clock().forward(Duration.ofSeconds(1));
    packer = packer();
  }

  @Test
  void small_runs_share_one_job_and_each_of_them_is_submitted() throws IOException {
    List<String> runs = gathering(5);

    assertThat(packer.pack(true)).containsExactlyInAnyOrderElementsOf(runs);

    assertThat(service.made()).hasSize(1);
    assertThat(states(runs)).containsOnly(JobState.OPEN);
    assertThat(runs).allMatch(run -> fixture.run(run).state() == RunState.SUBMITTED);
    assertThat(runs).noneMatch(run -> fixture.busy().isBusy(run));
    assertThat(packer.pack(true)).isEmpty();
    assertThat(service.count(Call.CREATE)).isEqualTo(1);
  }

  @Test
  void while_files_arrive_without_a_pause_packs_are_sent_no_oftener_than_they_gather()
      throws IOException {
    assertThat(fixture.busy().begin(gathering("held-by-another-stage.jsonl"))).isTrue();
    for (int second = 0; second < 60; second++) {
      gathering("a" + second + ".jsonl");
      gathering("b" + second + ".jsonl");
      fixture.clock().forward(Duration.ofSeconds(1));
      packer.pack(false);
    }
    fixture.clock().forward(Duration.ofSeconds(30));
    packer.pack(false);

    assertThat(service.count(Call.CREATE)).isBetween(2L, 5L);
  }

  @Test
  void the_last_jobs_of_a_large_run_do_not_share() throws IOException {
    fixture.close();
    fixture =
        StageFixture.open(
            folder, service, "job.pack-wait=5s", "job.pack-below=3", "job.max-requests=2");
    String large =
        fixture.assembled(
            "l.jsonl", nativeLine("a", "1"), nativeLine("b", "2"), nativeLine("c", "3"));
    Submitter oneAtATime =
        new Submitter(
            fixture.context(), fixture.queue(1), fixture.references(), fixture.jobFileAhead());
    assertThat(oneAtATime.take(large)).isEqualTo(Submission.WAITS);
    fixture.clock().forward(Duration.ofMinutes(1));

    assertThat(take(large)).isEqualTo(Submission.DONE);
    assertThat(service.count(Call.CREATE)).isEqualTo(2);
  }

  @Test
  void what_is_not_small_or_was_ordered_or_is_suspect_has_a_job_of_its_own() throws IOException {
    String large =
        fixture.assembled(
            "l.jsonl", nativeLine("a", "1"), nativeLine("b", "2"), nativeLine("c", "3"));
    assertThat(take(large)).isEqualTo(Submission.DONE);
    assertThat(packer.pack(true)).isEmpty();
  }

  @Test
  void runs_that_gather_are_not_packed_by_the_tick_before_their_time() throws IOException {
    gathering("a.jsonl");

    assertThat(packer.pack(false)).isEmpty();
    fixture.clock().forward(Duration.ofSeconds(25));
    assertThat(packer.pack(false)).hasSize(1);
  }

  @Test
  void a_run_that_is_busy_is_left_for_the_next_pack() throws IOException {
    List<String> runs = gathering(3);
    fixture.busy().begin(runs.get(1));

    assertThat(packer.pack(true)).containsExactly(runs.get(0), runs.get(2));
    fixture.busy().end(runs.get(1));
    assertThat(packer.pack(true)).containsExactly(runs.get(1));
  }

  @Test
  void an_input_that_was_changed_leaves_the_pack_and_goes_to_its_own_stage() throws IOException {
    List<String> runs = gathering(3);
    Path input = fixture.folderOf(runs.get(1)).plain();
    Files.writeString(input, Files.readString(input).replace("x1", "y1"));

    assertThat(packer.pack(true)).containsExactly(runs.get(0), runs.get(2));

    assertThat(fixture.run(runs.get(1)).isQueued()).isFalse();
    assertThat(job(runs.get(1)).state()).isEqualTo(JobState.ASSEMBLED);
  }

  @Test
  void killed_before_the_ledger_knows_of_it_a_pack_is_made_anew() throws IOException {
    List<String> runs = gathering(2);
    service.fail(Call.UPLOAD, failure(Kind.UNREACHABLE, "reset"));
    assertThat(packer.pack(true)).isEmpty();
    assertThat(service.made()).isEmpty();
    restart();

    assertThat(packer.pack(false)).hasSameElementsAs(runs);
    assertThat(service.made()).hasSize(1);
  }

  @Test
  void a_creation_whose_answer_is_lost_is_found_and_not_made_again() throws IOException {
    List<String> runs = gathering(3);
    service.loseAnswers(true);
    service.hideJobs(true);
    assertThat(packer.pack(true)).isEmpty();
    assertThat(states(runs)).containsOnly(JobState.CREATING);
    service.hideJobs(false);
    restart();

    assertThat(packer.pack(false)).hasSameElementsAs(runs);

    assertThat(service.count(Call.CREATE)).isEqualTo(1);
    assertThat(states(runs)).containsOnly(JobState.OPEN);
  }

  @Test
  void a_creation_that_was_not_carried_out_is_repeated_only_when_that_is_certain()
      throws IOException {
    List<String> runs = gathering(3);
    service.fail(Call.CREATE, failure(Kind.UNREACHABLE, "reset"));
    packer.pack(true);
    restart();

    assertThat(packer.pack(true)).isEmpty();
    assertThat(states(runs)).containsOnly(JobState.CREATING);
    fixture.clock().forward(Duration.ofSeconds(61));
    assertThat(packer.pack(true)).hasSameElementsAs(runs);
    assertThat(service.made()).hasSize(1);
  }

  @Test
  void a_pack_is_not_made_beyond_the_jobs_that_may_be_open() throws IOException {
    List<String> runs = gathering(2);
    Packer full =
        new Packer(fixture.context(), fixture.queue(0), fixture.references(), run -> true);

    assertThat(full.pack(true)).isEmpty();

    assertThat(service.calls()).isEmpty();
    assertThat(fixture.run(runs.get(0)).reason().orElseThrow()).contains("job.max-open");
    assertThat(packer.pack(true)).hasSameElementsAs(runs);
  }

  @Test
  void a_refusal_for_quota_keeps_all_waiting_for_their_time() throws IOException {
    List<String> runs = gathering(2);
    service.fail(Call.CREATE, failure(Kind.QUOTA, "no tokens left", Duration.ofMinutes(5)));

    assertThat(packer.pack(true)).isEmpty();
    assertThat(states(runs)).containsOnly(JobState.ASSEMBLED);
    assertThat(fixture.run(runs.get(0)).reason().orElseThrow()).contains("no tokens left");
    fixture.clock().forward(Duration.ofMinutes(4));
    assertThat(packer.pack(true)).isEmpty();
    assertThat(service.count(Call.CREATE)).isEqualTo(1);
    fixture.clock().forward(Duration.ofMinutes(1));
    assertThat(packer.pack(false)).hasSameElementsAs(runs);
  }

  /** So many small runs of about 10,000 tokens each. */
  private List<String> heavy(int count) throws IOException {
    List<String> runs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String run = fixture.assembled("h" + i + ".jsonl", nativeLine("a", "x".repeat(40_000)));
      assertThat(take(run)).isEqualTo(Submission.GATHERS);
      fixture.busy().end(run);
      runs.add(run);
    }
    return runs;
  }

  private LearnedLimits.Shown learned() {
    return fixture
        .ledger()
        .limits()
        .of(fixture.workspace().connection().project(), "gemini-3-flash-preview");
  }

  @Test
  void a_refusal_for_quota_beside_jobs_of_others_teaches_nothing_and_names_them()
      throws IOException {
    service.holds("files/theirs", "{}");
    service.createJob("gemini-3-flash-preview", "files/theirs", "theirs");
    service.allowTokens(25_000);
    List<String> runs = heavy(4);

    assertThat(packer.pack(true)).isEmpty();

    assertThat(learned().refused()).isEmpty();
    assertThat(states(runs)).containsOnly(JobState.ASSEMBLED);
    assertThat(fixture.run(runs.get(0)).reason().orElseThrow())
        .contains("waits for 1 job of the project that is not ours (batches/1)");
  }

  @Test
  void a_refusal_for_quota_of_a_large_pack_alone_teaches_a_limit() throws IOException {
    service.allowTokens(25_000);
    List<String> runs = heavy(4);

    for (int i = 0; !runs.stream().allMatch(run -> job(run).name().isPresent()); i++) {
      assertThat(i).as("rounds").isLessThan(40);
      packer.pack(true);
      for (String run : runs) {
        if (job(run).state().compareTo(JobState.CREATING) < 0
            && job(run).remote().packMost().equals(Optional.of(1))) {
          take(run); // whoever has more than one job should is sent alone
        }
        if (job(run).state() == JobState.OPEN) {
          fixture.ended(run, 1, null);
        }
      }
      service.endJobs();
      service
          .made()
          .forEach(made -> service.end(made.name(), "BATCH_STATE_SUCCEEDED", "files/answers"));
      fixture.clock().forward(Duration.ofMinutes(11));
    }

    assertThat(learned().refused().orElseThrow()).isGreaterThan(25_000);
    assertThat(service.count(Call.CREATE) - service.made().size()).isLessThan(8);
  }

  @Test
  void a_refusal_for_quota_of_a_small_pack_is_believed_when_it_is_repeated_also_over_a_restart()
      throws IOException {
    service.allowTokens(10);
    List<String> runs = gathering(3);
    for (int i = 0; i < 3; i++) {
      assertThat(learned().refused()).isEmpty();
      packer.pack(true);
      packer = packer();
      fixture.clock().forward(Duration.ofMinutes(11));
    }

    assertThat(learned().refused()).isPresent();
    assertThat(states(runs)).containsOnly(JobState.ASSEMBLED);
  }

  @Test
  void a_line_that_is_refused_ends_in_its_own_run_and_the_others_are_sent() throws IOException {
    List<String> runs = gathering(4);
    service.fail(Call.CREATE, failure(Kind.REFUSED, "Error on line 3: no such field: x"));

    List<String> submitted = packer.pack(true);

    assertThat(submitted).hasSize(3).isSubsetOf(runs);
    String refused =
        runs.stream().filter(run -> !submitted.contains(run)).findFirst().orElseThrow();
    assertThat(job(refused).state()).isEqualTo(JobState.ENDED);
    assertThat(job(refused).remote().state()).hasValue("LINES_REFUSED");
    try (Refusals.Reader lines = new Refusals.Reader(fixture.folderOf(refused).refusals(1))) {
      assertThat(lines.of(1)).hasValue("no such field: x");
    }
    assertThat(service.made()).hasSize(1);
  }

  @Test
  void a_pack_that_is_refused_as_a_whole_is_tried_in_halves_until_the_bad_one_is_alone()
      throws IOException {
    List<String> runs = gathering(4);
    for (int i = 0; i < 2; i++) {
      service.fail(Call.CREATE, failure(Kind.REFUSED, "Something is wrong"));
    }

    List<String> submitted = packer.pack(true);

    // All four are refused, and the first two of them; one of these is to blame, and goes alone.
    assertThat(submitted).hasSize(2);
    List<String> left = runs.stream().filter(run -> !submitted.contains(run)).toList();
    assertThat(states(left)).containsOnly(JobState.ASSEMBLED);
    assertThat(left).allMatch(run -> job(run).remote().packMost().equals(Optional.of(1)));
    assertThat(take(left.get(0))).isEqualTo(Submission.DONE);
  }

  @Test
  void a_model_that_does_not_exist_ends_all_at_once() throws IOException {
    List<String> runs = gathering(4);
    service.fail(Call.CREATE, failure(Kind.NOT_FOUND, "no such model"));

    packer.pack(true);

    assertThat(states(runs)).containsOnly(JobState.ENDED);
    assertThat(service.count(Call.CREATE)).isEqualTo(1);
    assertThat(job(runs.get(0)).reason().orElseThrow()).contains("no such model");
  }

  @Test
  void a_refused_key_changes_nothing_but_the_time() throws IOException {
    List<String> runs = gathering(2);
    service.fail(Call.CREATE, failure(Kind.BAD_KEY, "key is suspended"));

    assertThat(packer.pack(true)).isEmpty();
    assertThat(states(runs)).containsOnly(JobState.ASSEMBLED);
    fixture.clock().forward(Duration.ofMinutes(2));
    assertThat(packer.pack(false)).hasSameElementsAs(runs);
  }

  @Test
  void a_folder_of_which_the_ledger_knows_nothing_is_removed_and_a_live_one_is_not()
      throws IOException {
    gathering("a.jsonl");
    packer.pack(true);
    Path packs = fixture.context().state().packs();
    Path dead = Files.createDirectories(packs.resolve("p-dead"));
    fixture.clock().forward(Duration.ofHours(2));

    packer.pack(false);

    assertThat(dead).doesNotExist();
    try (var left = Files.list(packs)) {
      assertThat(left).hasSize(1);
    }
  }
}
