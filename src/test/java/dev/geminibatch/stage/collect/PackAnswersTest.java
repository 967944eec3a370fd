package dev.geminibatch.stage.collect;

import static dev.geminibatch.testkit.Samples.answer;
import static dev.geminibatch.testkit.Samples.nativeLine;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.line.RequestReader;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.PackFolder;
import dev.geminibatch.run.RunState;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.stage.pack.Packer;
import dev.geminibatch.stage.submit.Submitter;
import dev.geminibatch.testkit.FakeService;
import dev.geminibatch.testkit.FakeService.Call;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The answers of a shared job are fetched once, and each run gets its own, whenever it is killed.
 */
class PackAnswersTest {
  private static final int RUNS = 3;

  @TempDir Path folder;
  private final FakeService service = new FakeService();
  private final List<String> runs = new ArrayList<>();
  private StageFixture fixture;

  /** All runs have the same key, and their answers come in another order. */
  @BeforeEach
  void end() throws IOException {
    fixture = StageFixture.open(folder, service, "job.pack-wait=5s");
    for (int i = 0; i < RUNS; i++) {
      String run = fixture.assembled("x" + i + ".jsonl", nativeLine("a", "question " + i));
      new Submitter(
              fixture.context(), fixture.queue(90), fixture.references(), fixture.jobFileAhead())
          .take(run);
      fixture.busy().end(run);
      runs.add(run);
    }
    new Packer(fixture.context(), fixture.queue(90), fixture.references(), run -> true).pack(true);
    List<String> answers = new ArrayList<>();
    for (String line : Files.readAllLines(pack().body())) {
      String key = line.replaceAll(".*\"key\":\"([^\"]*)\".*", "$1");
      answers.add(0, answer(key, line.replaceAll(".*(question \\d).*", "to $1")));
    }
    service.holds("files/out", answers.toArray(String[]::new));
    fixture.jobs().ended(job(0), "BATCH_STATE_SUCCEEDED", "files/out", null);
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  private Job job(int run) {
    return fixture.jobs().job(runs.get(run), 1);
  }

  private PackFolder pack() {
    return fixture.context().state().pack(job(0).remote().pack().orElseThrow());
  }

  private Path answers(int run) {
    return fixture.folderOf(runs.get(run)).answers(1);
  }

  private boolean collect(int run) throws IOException {
    RequestReader requests = new RequestReader(1 << 20);
    return new Collector(fixture.context(), new RetryPlanner(fixture.context(), requests))
        .collect(runs.get(run));
  }

  private void collectAll() throws IOException {
    for (int i = 0; i < RUNS; i++) {
      assertThat(collect(i)).isTrue();
      assertThat(fixture.run(runs.get(i)).state()).isEqualTo(RunState.COLLECTED);
      assertThat(job(i).outcome().answered()).isEqualTo(1);
      assertThat(job(i).outcome().tokens().in()).isEqualTo(10);
      assertThat(answers(i)).content().contains("to question " + i).contains("\"key\":\"a\"");
    }
  }

  @Test
  void all_runs_get_their_own_answers_from_one_download() throws IOException {
    collectAll();

    assertThat(service.count(Call.DOWNLOAD)).isEqualTo(1);
    assertThat(service.count(Call.CREATE)).isEqualTo(1);
  }

  @Test
  void one_run_that_is_collected_leaves_the_others_to_be() throws IOException {
    assertThat(collect(1)).isTrue();

    assertThat(job(1).state()).isEqualTo(JobState.COLLECTED);
    assertThat(job(0).state()).isEqualTo(JobState.ENDED);
    assertThat(job(2).state()).isEqualTo(JobState.ENDED);
  }

  @Test
  void killed_while_the_answers_are_fetched_they_are_fetched_again() throws IOException {
    service.cutDownload(20);
    assertThatThrownBy(() -> collect(0)).isInstanceOf(ServiceFailure.class);
    assertThat(pack().answers()).doesNotExist();

    collectAll();
  }

  @Test
  void killed_while_the_answers_are_divided_who_has_none_gets_them() throws IOException {
    collect(0);
    Files.delete(pack().divided());
    Files.delete(answers(2));
    Files.writeString(answers(2).resolveSibling(".job-1.answers.jsonl.1.part"), "half");

    assertThat(collect(1)).isTrue();
    assertThat(collect(2)).isTrue();

    assertThat(answers(2)).content().contains("to question 2");
    assertThat(service.count(Call.DOWNLOAD)).isEqualTo(1);
  }

  @Test
  void answers_that_a_power_failure_has_taken_are_divided_again() throws IOException {
    collect(0);
    Files.delete(answers(1));
    assertThatThrownBy(() -> collect(1)).isInstanceOf(IOException.class);

    assertThat(collect(1)).isTrue();
  }

  @Test
  void a_run_whose_folder_is_gone_does_not_keep_the_others_from_theirs() throws IOException {
    fixture.folderOf(runs.get(1)).remove();

    assertThat(collect(0)).isTrue();
    assertThat(collect(2)).isTrue();
  }
}
