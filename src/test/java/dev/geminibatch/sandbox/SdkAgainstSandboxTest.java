package dev.geminibatch.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.genai.Client;
import com.google.genai.errors.ClientException;
import com.google.genai.types.BatchJob;
import com.google.genai.types.BatchJobSource;
import com.google.genai.types.Content;
import com.google.genai.types.CreateBatchJobConfig;
import com.google.genai.types.File;
import com.google.genai.types.GenerateContentConfig;
import com.google.genai.types.GenerateContentResponse;
import com.google.genai.types.HttpOptions;
import com.google.genai.types.InlinedRequest;
import com.google.genai.types.InlinedResponse;
import com.google.genai.types.ListModelsConfig;
import com.google.genai.types.Part;
import com.google.genai.types.UploadFileConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The google-genai client as it is, without anything of ours between. */
class SdkAgainstSandboxTest {
  @TempDir Path folder;
  private Sandbox sandbox;
  private Client client;

  @BeforeEach
  void start() throws Exception {
    sandbox = Sandbox.start(0, Duration.ZERO, Clock.systemUTC());
    client = client("some-key");
  }

  @AfterEach
  void stop() {
    client.close();
    sandbox.close();
  }

  @Test
  void a_job_is_created_polled_and_downloaded() throws Exception {
    File image = upload("image", "image/png");
    String line =
        "{\"key\":\"k1\",\"request\":{\"contents\":[{\"parts\":[{\"fileData\":{\"fileUri\":\""
            + image.uri().orElseThrow()
            + "\"}}]}]}}\n";
    File input = upload(line, "application/jsonl");

    BatchJob job = create(input);
    String name = job.name().orElseThrow();
    await().until(() -> state(name).equals("JOB_STATE_SUCCEEDED"));
    Path result = folder.resolve("result.jsonl");
    String resultName =
        client.batches.get(name, null).dest().orElseThrow().fileName().orElseThrow();
    client.files.download(resultName, result.toString(), null);

    JsonNode answer = new ObjectMapper().readTree(Files.readString(result));
    assertThat(answer.path("key").asText()).isEqualTo("k1");
    assertThat(answer.at("/response/sandbox/files/0/sha256").asText())
        .isEqualTo("6105d6cc76af400325e94d588ce511be5bfdbb73b437dc51eca43917d7a43e3d");
    assertThat(resultName).hasSize("files/".length() + 42);
  }

  @Test
  void jobs_and_files_are_listed_over_several_pages() throws Exception {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      names.add(create(upload(LINE, "application/jsonl")).name().orElseThrow());
    }

    List<String> listed = new ArrayList<>();
    client.batches.list(null).forEach(job -> listed.add(job.name().orElseThrow()));
    List<File> files = new ArrayList<>();
    client.files.list(null).forEach(files::add);

    assertThat(listed).containsExactlyInAnyOrderElementsOf(names);
    assertThat(files).hasSize(12);
  }

  @Test
  void inline_requests_are_answered_in_the_job() {
    BatchJobSource source =
        BatchJobSource.builder()
            .inlinedRequests(
                InlinedRequest.builder()
                    .contents(Content.fromParts(Part.fromText("a question")))
                    .metadata(Map.of("key", "k1"))
                    .config(GenerateContentConfig.builder().temperature(0f).build())
                    .build())
            .build();

    String name =
        client
            .batches
            .create("gemini-x", source, CreateBatchJobConfig.builder().build())
            .name()
            .orElseThrow();
    await().until(() -> state(name).equals("JOB_STATE_SUCCEEDED"));
    InlinedResponse answer =
        client.batches.get(name, null).dest().orElseThrow().inlinedResponses().orElseThrow().get(0);

    assertThat(answer.metadata()).contains(Map.of("key", "k1"));
    assertThat(answer.response().orElseThrow().text()).contains("madeUpBy", "k1");
  }

  @Test
  void content_is_generated_counted_and_streamed() {
    GenerateContentConfig config =
        GenerateContentConfig.builder().serviceTier("flex").candidateCount(2).build();

    GenerateContentResponse answer =
        client.models.generateContent("gemini-2.5-flash", "a question", config);
    StringBuilder streamed = new StringBuilder();
    try (var pieces = client.models.generateContentStream("gemini-2.5-flash", "a question", null)) {
      pieces.forEach(piece -> streamed.append(piece.text()));
    }

    assertThat(answer.candidates().orElseThrow()).hasSize(2);
    assertThat(answer.candidates().orElseThrow().get(0).content().orElseThrow().text())
        .contains("madeUpBy");
    assertThat(streamed).contains("madeUpBy", "requestSha256").endsWith("}");
    assertThat(client.models.countTokens("gemini-2.5-flash", "a question", null).totalTokens())
        .hasValueSatisfying(tokens -> assertThat(tokens).isPositive());
  }

  @Test
  void models_are_listed_and_found() {
    List<String> models = new ArrayList<>();
    client
        .models
        .list(ListModelsConfig.builder().pageSize(4).build())
        .forEach(model -> models.add(model.name().orElseThrow()));

    assertThat(models).contains("models/gemini-2.5-pro").doesNotHaveDuplicates();
    assertThat(client.models.get("gemini-2.5-pro", null).name()).contains("models/gemini-2.5-pro");
    assertThatThrownBy(() -> client.models.get("does-not-exist", null))
        .isInstanceOfSatisfying(ClientException.class, e -> assertThat(e.code()).isEqualTo(404));
  }

  @Test
  void a_deleted_job_is_gone() throws Exception {
    String name = create(upload(LINE, "application/jsonl")).name().orElseThrow();

    client.batches.cancel(name, null);
    client.batches.delete(name, null);

    assertThatThrownBy(() -> client.batches.get(name, null))
        .isInstanceOfSatisfying(ClientException.class, e -> assertThat(e.code()).isEqualTo(404));
  }

  @Test
  void a_bad_line_refuses_the_whole_job() throws Exception {
    File input = upload(LINE + "{\"key\":\n", "application/jsonl");

    assertThatThrownBy(() -> create(input))
        .isInstanceOf(ClientException.class)
        .hasMessageContaining("Error on line 2: invalid JSON");
  }

  @Test
  void a_key_is_needed_and_sees_only_its_own_files() throws Exception {
    File file = upload("x", "text/plain");
    try (Client other = client("other-key");
        Client wrong = client("wrong-key")) {
      assertThatThrownBy(() -> other.files.get(file.name().orElseThrow(), null))
          .isInstanceOfSatisfying(ClientException.class, e -> assertThat(e.code()).isEqualTo(403));
      assertThatThrownBy(() -> wrong.files.get(file.name().orElseThrow(), null))
          .hasMessageContaining("API key not valid");
    }
  }

  private static final String LINE =
      "{\"key\":\"a\",\"request\":{\"contents\":[{\"parts\":[{\"text\":\"x\"}]}]}}\n";

  private File upload(String content, String mimeType) throws Exception {
    Path file = Files.writeString(folder.resolve("upload-" + System.nanoTime()), content);
    return client.files.upload(
        file.toFile(), UploadFileConfig.builder().mimeType(mimeType).build());
  }

  private BatchJob create(File input) {
    return client.batches.create(
        "gemini-x",
        BatchJobSource.builder().fileName(input.name().orElseThrow()).build(),
        CreateBatchJobConfig.builder().displayName("a job").build());
  }

  private String state(String name) {
    return client.batches.get(name, null).state().orElseThrow().toString();
  }

  private Client client(String key) {
    return Client.builder()
        .apiKey(key)
        .httpOptions(
            HttpOptions.builder()
                .baseUrl(sandbox.baseUrl().toString())
                .apiVersion("v1beta")
                .build())
        .build();
  }
}
