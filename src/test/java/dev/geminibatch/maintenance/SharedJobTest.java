package dev.geminibatch.maintenance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.geminibatch.answer.ResultFiles;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.RunState;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.service.ServiceFailure.Kind;
import dev.geminibatch.testkit.FakeService;
import dev.geminibatch.testkit.FakeService.Call;
import dev.geminibatch.testkit.Outbox;
import dev.geminibatch.testkit.SharedJob;
import dev.geminibatch.testkit.StageFixture;
import dev.geminibatch.testkit.StageLoop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands on a job that runs of ours share: each run gets its own, under its own keys. */
class SharedJobTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String SUCCEEDED = "BATCH_STATE_SUCCEEDED";

  @TempDir Path folder;
  private final FakeService service = new FakeService();
  private final List<String> told = new ArrayList<>();
  private StageFixture fixture;
  private StageLoop loop;
  private Outbox outbox;

  @BeforeEach
  void open() throws IOException {
    fixture = StageFixture.open(folder, service, "job.pack-wait=5s");
    loop = new StageLoop(fixture, run -> true);
    outbox = new Outbox(fixture.folders().outbox());
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  private SharedJob share(int files) throws IOException {
    return new SharedJob(fixture, service, loop, files);
  }

  private List<JobDownload.Fetched> download() throws IOException {
    return new JobDownload(fixture.workspace())
        .download(service.made().get(0), files(), received -> {});
  }

  private ResultFiles files() {
    return ResultFiles.beside(folder.resolve("here/o.jsonl"));
  }

  private void delete(boolean isWanted) throws IOException {
    new Maintenance(
            () -> service,
            name -> {},
            AnswerRescue.forPerson(fixture.workspace(), isWanted, told::add)::rescue)
        .delete(SharedJob.NAME);
  }

  private List<String> lines(Path file) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      JsonNode json = MAPPER.readTree(line);
      lines.add(
          json.path("key").asText()
              + " "
              + json.at("/response/candidates/0/content/parts/0/text").asText());
    }
    return lines;
  }

  @Test
  void each_run_has_files_of_its_own_with_its_keys_in_the_order_of_its_input() throws IOException {
    SharedJob job = share(3);
    job.end(SUCCEEDED, line -> !line.contains("more 1"));

    List<JobDownload.Fetched> fetched = download();

    assertThat(fetched).hasSize(3).allMatch(JobDownload.Fetched::isPart);
    for (int i = 0; i < 3; i++) {
      String stem = "x" + i;
      JobDownload.Fetched its =
          fetched.stream()
              .filter(each -> each.run().orElseThrow().stem().equals(stem))
              .findFirst()
              .orElseThrow();
      assertThat(its.files().results())
          .isEqualTo(folder.resolve("here/o/" + stem + "-batch-results.jsonl"));
      assertThat(lines(its.files().results()))
          .isEqualTo(
              i == 1
                  ? List.of("a to question 1")
                  : List.of("a to question " + i, "b to more " + i));
      JsonNode report = MAPPER.readTree(its.files().report().toFile());
      assertThat(report.path("input").asText()).isEqualTo(stem + ".jsonl");
      assertThat(report.path("requests").asInt()).isEqualTo(2);
      assertThat(report.at("/jobs/0/shared/runs").asInt()).isEqualTo(3);
      assertThat(report.at("/jobs/0/shared/requests").asInt()).isEqualTo(6);
      assertThat(report.at("/tokens/in").asInt()).isEqualTo(i == 1 ? 10 : 20);
    }
    assertThat(folder.resolve("here/o/x1-batch-errors.jsonl")).content().contains("\"key\":\"b\"");
    assertThat(folder.resolve("here/o/x0-batch-errors.jsonl")).doesNotExist();
    assertThat(job.folder().path()).isDirectoryNotContaining("glob:**fetched*");
  }

  @Test
  void a_job_that_was_to_be_shared_and_has_one_run_is_fetched_where_a_person_says()
      throws IOException {
    share(1).end(SUCCEEDED, line -> true);

    List<JobDownload.Fetched> fetched = download();

    assertThat(fetched).hasSize(1).noneMatch(JobDownload.Fetched::isPart);
    assertThat(lines(files().results())).containsExactly("a to question 0", "b to more 0");
    assertThat(MAPPER.readTree(files().report().toFile()).at("/jobs/0").has("shared")).isFalse();
  }

  @Test
  void a_run_that_is_forgotten_still_gets_its_answers_apart_from_the_others() throws Exception {
    SharedJob job = share(2);
    job.end(SUCCEEDED, line -> true);
    String forgotten = job.runs().get(0);
    fixture.folderOf(forgotten).remove();
    fixture.sql("DELETE FROM job WHERE run_id = '" + forgotten + "'");
    fixture.sql("DELETE FROM run WHERE id = '" + forgotten + "'");

    download();

    assertThat(lines(folder.resolve("here/o/" + forgotten + "-batch-results.jsonl")))
        .containsExactlyInAnyOrder("a to question 0", "b to more 0");
    assertThat(lines(folder.resolve("here/o/x1-batch-results.jsonl")))
        .containsExactly("a to question 1", "b to more 1");
  }

  @Test
  void two_inputs_of_the_same_name_do_not_take_each_others_place() throws Exception {
    SharedJob job = share(2);
    job.end(SUCCEEDED, line -> true);
    fixture.sql("UPDATE run SET name = 'X0.jsonl' WHERE name = 'x1.jsonl'");

    List<JobDownload.Fetched> fetched = download();

    assertThat(fetched)
        .extracting(each -> each.files().results().toString().toLowerCase(java.util.Locale.ROOT))
        .doesNotHaveDuplicates();
    assertThat(fetched).allMatch(each -> each.outcome().answered() == 2);
  }

  @Test
  void the_answers_of_all_runs_are_kept_before_the_job_is_deleted() throws IOException {
    SharedJob job = share(3);
    job.end(SUCCEEDED, line -> true);

    delete(true);

    assertThat(service.made()).isEmpty();
    assertThat(told).hasSize(1).first().asString().contains("and 2 other runs that share it");
    service.forget("files/out");
    loop.tick();
    for (int i = 0; i < 3; i++) {
      assertThat(fixture.run(job.runs().get(i)).state()).isEqualTo(RunState.DELIVERED);
      assertThat(Outbox.keys(outbox.results("x" + i))).containsExactly("a", "b");
    }
  }

  @Test
  void a_run_that_has_left_the_job_does_not_take_the_answers_of_the_others_with_it()
      throws IOException {
    SharedJob job = share(2);
    String first = job.runs().stream().sorted().findFirst().orElseThrow();
    fixture.ledger().control().cancel(first);
    fixture.ledger().packs().leave(first);
    loop.tick();
    assertThat(fixture.jobs().job(first, 1).state()).isEqualTo(JobState.COLLECTED);
    job.end(SUCCEEDED, line -> true);

    delete(true);
    loop.tick();

    assertThat(service.count(Call.DOWNLOAD)).isEqualTo(1);
    assertThat(job.runs()).allMatch(run -> fixture.run(run).state() == RunState.DELIVERED);
    assertThat(job.runs().stream().mapToLong(run -> fixture.run(run).counts().answered()).sum())
        .isEqualTo(2);
  }

  @Test
  void a_shared_job_whose_answers_cannot_be_fetched_at_present_stays() throws IOException {
    share(2).end(SUCCEEDED, line -> true);
    service.fail(Call.DOWNLOAD, FakeService.failure(Kind.UNAVAILABLE, "overloaded"));

    assertThatThrownBy(() -> delete(true))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("--no-fetch");

    assertThat(service.made()).hasSize(1);
    assertThat(fixture.jobs().inState(JobState.OPEN)).hasSize(2);
  }

  @Test
  void when_all_runs_have_their_answers_nothing_is_fetched_again() throws IOException {
    share(2).end(SUCCEEDED, line -> true);
    loop.tick();

    delete(true);

    assertThat(told).isEmpty();
    assertThat(service.count(Call.DOWNLOAD)).isEqualTo(1);
  }

  @Test
  void a_download_that_breaks_off_leaves_nothing_behind() throws IOException {
    SharedJob job = share(2);
    job.end(SUCCEEDED, line -> true);
    service.cutDownload(20);

    assertThatThrownBy(this::download).isInstanceOf(ServiceFailure.class);

    assertThat(folder.resolve("here")).isEmptyDirectory();
    assertThat(job.folder().path()).isDirectoryNotContaining("glob:**fetched*");
  }
}
