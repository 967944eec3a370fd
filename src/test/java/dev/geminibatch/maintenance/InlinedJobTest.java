package dev.geminibatch.maintenance;

import static dev.geminibatch.testkit.Samples.answer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.geminibatch.answer.ResultFiles;
import dev.geminibatch.answer.ResultWriter;
import dev.geminibatch.service.FileService;
import dev.geminibatch.service.JobName;
import dev.geminibatch.service.RemoteJob;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.testkit.Samples;
import dev.geminibatch.testkit.ScriptedService;
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

/** Anybody's job whose answers are inside its description, over real HTTP. */
class InlinedJobTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String RESPONSE = Samples.response("שלום\\nx");

  @TempDir Path folder;
  private ScriptedService service;
  private StageFixture fixture;
  private ResultFiles files;

  @BeforeEach
  void start() throws IOException {
    service = ScriptedService.start();
    fixture = StageFixture.open(folder, "gemini.base-url=" + service.url());
    files = ResultFiles.beside(folder.resolve("out").resolve("o.jsonl"));
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
    service.close();
  }

  @Test
  void each_answer_is_a_line_under_the_key_of_its_metadata() throws IOException {
    says(
        "{\"metadata\":{\"key\":\"k1\",\"user\":7},\"response\":" + RESPONSE + "}",
        "{\"response\":" + RESPONSE + ",\"metadata\":{\"key\":2}}");

    ResultWriter.Outcome outcome = download();

    assertThat(outcome.answered()).isEqualTo(2);
    List<JsonNode> results = results();
    assertThat(results).extracting(line -> line.path("key").asText()).containsExactly("k1", "2");
    assertThat(results.get(0).at("/metadata/user").asInt()).as("all metadata").isEqualTo(7);
    assertThat(results.get(0).at("/response/candidates/0/content/parts/0/text").asText())
        .isEqualTo("שלום\nx");
  }

  @Test
  void an_answer_without_a_key_is_named_by_the_number_of_its_request() throws IOException {
    says(
        "{\"response\":" + RESPONSE + "}",
        "{\"metadata\":{\"key\":\"mine\"},\"response\":" + RESPONSE + "}",
        "{\"metadata\":{\"row\":3},\"response\":" + RESPONSE + "}");

    download();

    assertThat(results())
        .extracting(line -> line.path("key").asText())
        .containsExactly("request-1", "mine", "request-3");
    assertThat(results().get(2).at("/metadata/row").asInt()).isEqualTo(3);
  }

  @Test
  void errors_inside_a_description_go_to_the_errors_file() throws IOException {
    says(
        "{\"error\":{\"code\":3,\"message\":\"bad\",\"details\":[{\"a\":{\"b\":1}}]}}",
        "null",
        "{\"metadata\":{\"key\":\"k\"},\"error\":{\"code\":13}}",
        "{\"metadata\":{\"key\":\"ok\"},\"response\":" + RESPONSE + "}");

    ResultWriter.Outcome outcome = download();

    assertThat(outcome.answered()).isOne();
    assertThat(outcome.failuresByCode())
        .containsOnlyKeys("INVALID_ARGUMENT", "no-response", "INTERNAL");
    assertThat(Files.readAllLines(files.errors()))
        .extracting(line -> MAPPER.readTree(line).path("key").asText())
        .containsExactly("request-1", "request-2", "k");
  }

  @Test
  void of_a_job_with_a_file_and_answers_inside_the_file_counts_and_else_the_others()
      throws IOException {
    String both =
        "{\"done\":true,\"response\":{\"responsesFile\":\"files/r\",\"inlinedResponses\":[{\"metadata\":"
            + "{\"key\":\"inside\"},\"response\":"
            + RESPONSE
            + "}]}}";
    service.says("batches/b", both);
    service.holds("files/r", answer("from-file", "x"));
    download();
    assertThat(results())
        .extracting(line -> line.path("key").asText())
        .containsExactly("from-file");

    service.forget("files/r");
    download();
    assertThat(results()).extracting(line -> line.path("key").asText()).containsExactly("inside");
  }

  @Test
  void a_description_that_breaks_off_is_trouble_that_passes_and_no_short_result()
      throws IOException {
    says(
        "{\"metadata\":{\"key\":\"a\"},\"response\":" + RESPONSE + "}",
        "{\"metadata\":{\"key\":\"b\"},\"response\":" + RESPONSE + "}");
    Path target = folder.resolve("answers");
    FileService connection = fixture.workspace().connection().files();
    service.cutNext("/v1beta/batches/b");

    assertThatThrownBy(() -> connection.download("batches/b", target, received -> {}))
        .isInstanceOfSatisfying(ServiceFailure.class, e -> assertThat(e.isPassing()).isTrue());
    connection.download("batches/b", target, received -> {});

    assertThat(target).content().hasLineCount(2);
  }

  @Test
  void a_description_is_polled_without_keeping_its_requests_and_answers() throws IOException {
    String text = "x".repeat(1 << 20);
    says("{\"metadata\":{\"key\":\"k\"},\"response\":{\"a\":\"" + text + "\"}}");

    RemoteJob job = fixture.workspace().connection().batches().job(new JobName("batches/b"));

    assertThat(job.inlined()).isTrue();
    assertThat(job.isEnded()).isTrue();
    assertThat(job.toString()).hasSizeLessThan(1000);
  }

  private void says(String... answers) {
    service.says(
        "batches/b",
        "{\"metadata\":{\"state\":\"BATCH_STATE_SUCCEEDED\",\"inputConfig\":{\"requests\":{\"requests\":"
            + "[{\"inlinedResponses\":[1]}]}},\"output\":{\"inlinedResponses\":{\"inlinedResponses\":["
            + String.join(",", answers)
            + "]}}},\"done\":true}");
  }

  private ResultWriter.Outcome download() throws IOException {
    RemoteJob job = fixture.workspace().connection().batches().job(new JobName("batches/b"));
    return new JobDownload(fixture.workspace())
        .download(job, files, received -> {})
        .get(0)
        .outcome();
  }

  private List<JsonNode> results() throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(files.results())) {
      lines.add(MAPPER.readTree(line));
    }
    return lines;
  }
}
