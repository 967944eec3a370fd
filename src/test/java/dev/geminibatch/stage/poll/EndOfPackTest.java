package dev.geminibatch.stage.poll;

import static dev.geminibatch.testkit.Samples.nativeLine;
import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.job.Refusals;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.RunState;
import dev.geminibatch.service.RemoteJob;
import dev.geminibatch.service.RemoteJobState;
import dev.geminibatch.stage.pack.Packer;
import dev.geminibatch.stage.submit.Submitter;
import dev.geminibatch.testkit.FakeService;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From what the service says of a shared job to what becomes of the job of each run. */
class EndOfPackTest {
  private static final int FILE_GONE = 9;

  @TempDir Path folder;
  private final FakeService service = new FakeService();
  private final List<String> runs = new ArrayList<>();
  private StageFixture fixture;

  @BeforeEach
  void open() throws IOException {
    fixture = StageFixture.open(folder, service, "job.pack-wait=5s");
    for (int i = 0; i < 4; i++) {
      String text = i == 2 ? "https://x/v1beta/files/dead" : "x";
      String line =
          nativeLine("a", text)
              .replace("{\"text\":\"https", "{\"fileData\":{\"fileUri\":\"https")
              .replace("dead\"}", "dead\"}}");
      String run = fixture.assembled("x" + i + ".jsonl", line);
      new Submitter(
              fixture.context(), fixture.queue(90), fixture.references(), fixture.jobFileAhead())
          .take(run);
      fixture.busy().end(run);
      runs.add(run);
    }
    new Packer(fixture.context(), fixture.queue(90), fixture.references(), run -> true).pack(true);
    assertThat(states()).containsOnly(JobState.OPEN);
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  private List<JobState> states() {
    return runs.stream().map(run -> job(run).state()).toList();
  }

  private Job job(String run) {
    return fixture.jobs().job(run, 1);
  }

  /** The service says this of the only job that it has. */
  private void failed(int code, String message) {
    RemoteJob made = service.made().get(0);
    RemoteJob seen =
        new RemoteJob(
            made.name(),
            made.displayName(),
            made.model(),
            RemoteJobState.FAILED,
            "BATCH_STATE_FAILED",
            made.created(),
            made.created(),
            made.counts(),
            Optional.empty(),
            Optional.of(new RemoteJob.ServiceError(code, message, "")),
            false,
            true);
    Job pack = fixture.ledger().packs().inState(JobState.OPEN).get(0);
    new JobNews(fixture.context(), fixture.workspace().connection()::batches)
        .take(pack, seen, fixture.run(pack.runId()));
  }

  @Test
  void one_that_was_not_admitted_brings_all_runs_back_to_wait() {
    failed(8, "no tokens left");

    assertThat(states()).containsOnly(JobState.ASSEMBLED);
    assertThat(runs)
        .allMatch(run -> fixture.run(run).state() == RunState.ASSEMBLED)
        .allMatch(run -> fixture.run(run).isQueued())
        .allMatch(run -> fixture.run(run).reason().orElseThrow().contains("no tokens left"));
  }

  @Test
  void one_that_failed_untouched_is_tried_in_halves() {
    failed(13, "something broke inside");

    assertThat(states()).containsOnly(JobState.ASSEMBLED);
    assertThat(runs).allMatch(run -> job(run).remote().packMost().equals(Optional.of(2)));
  }

  @Test
  void refused_lines_end_in_their_own_run() throws IOException {
    failed(3, "Error on line 2: no such field: y");

    assertThat(states().stream().filter(JobState.ENDED::equals)).hasSize(1);
    assertThat(states().stream().filter(JobState.ASSEMBLED::equals)).hasSize(3);
    String refused =
        runs.stream().filter(run -> job(run).state() == JobState.ENDED).findFirst().get();
    try (Refusals.Reader lines = new Refusals.Reader(fixture.folderOf(refused).refusals(1))) {
      assertThat(lines.of(1)).hasValue("no such field: y");
    }
  }

  @Test
  void a_dead_file_ends_only_the_job_that_names_it() {
    failed(FILE_GONE, "The file files/dead does not exist");

    assertThat(job(runs.get(2)).state()).isEqualTo(JobState.ENDED);
    assertThat(job(runs.get(2)).remote().state()).hasValue("FILES_GONE");
    assertThat(states().stream().filter(JobState.ASSEMBLED::equals)).hasSize(3);
  }
}
