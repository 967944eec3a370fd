package dev.geminibatch.sandbox;

import static dev.geminibatch.sandbox.SandboxClient.line;
import static dev.geminibatch.sandbox.SandboxClient.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.sandbox.SandboxClient.Answer;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the live service was seen to answer. */
class CapturedBehaviourTest extends SandboxTest {
  @Test
  void answers_go_with_their_deleted_job_and_cannot_be_deleted_themselves() {
    String job = client.create("gemini-x", client.uploadLines(line("k", "a"))).text("/name");
    String answers = client.ended(job).text("/response/responsesFile");

    assertThat(client.delete("/v1beta/" + answers).status()).isEqualTo(400);
    assertThat(client.get("/v1beta/" + answers).status()).isEqualTo(400);
    assertThat(client.download(answers)).contains("\"key\":\"k\"");
    assertThat(client.delete("/v1beta/" + job).status()).isEqualTo(200);

    assertThat(client.get("/v1beta/" + answers + ":download?alt=media").status()).isEqualTo(404);
    assertThat(client.delete("/v1beta/" + job).status()).isEqualTo(404);
    assertThat(client.get("/v1beta/" + job).status()).isEqualTo(404);
    assertThat(client.post("/v1beta/" + job + ":cancel", "{}").status()).isEqualTo(404);
  }

  @Test
  void a_deleted_file_is_forbidden_and_missing_from_the_listing() {
    String file = "/v1beta/" + client.upload("x", "text/plain").text("/file/name");

    assertThat(client.delete(file).status()).isEqualTo(200);

    assertThat(client.delete(file).status()).isEqualTo(403);
    assertThat(client.get(file).text("/error/message")).contains("or it may not exist");
    assertThat(client.get("/v1beta/files").json()).isEmpty();
  }

  @Test
  void an_uploaded_file_cannot_be_downloaded() {
    String file = client.upload("x", "text/plain").text("/file/name");

    Answer answer = client.get("/v1beta/" + file + ":download?alt=media");

    assertThat(answer.status()).isEqualTo(400);
  }

  @Test
  void an_early_cancel_ends_cancelled_with_code_13() {
    sandbox.setJobTime(Duration.ofHours(1));
    String job = client.create("gemini-x", client.uploadLines(line("k", "a"))).text("/name");

    Answer cancelled = client.post("/v1beta/" + job + ":cancel", "{}");
    Answer shown = client.get("/v1beta/" + job);

    assertThat(cancelled.status()).isEqualTo(200);
    assertThat(cancelled.json()).isEmpty();
    assertThat(shown.text("/metadata/state")).isEqualTo("BATCH_STATE_CANCELLED");
    assertThat(shown.json().path("done").asBoolean()).isTrue();
    assertThat(shown.number("/error/code")).isEqualTo(13);
    assertThat(shown.text("/metadata/batchStats/pendingRequestCount")).isEqualTo("1");
  }

  @Test
  void a_late_cancel_ends_succeeded_with_code_1_for_what_was_not_served() {
    sandbox.setJobTime(Duration.ofHours(1));
    String file = client.uploadLines(line("a", "x"), line("b", "y"));
    String job = client.create("gemini-x", file).text("/name");
    sandbox.clock().forward(Duration.ofMinutes(35));

    client.post("/v1beta/" + job + ":cancel", "{}");
    Answer shown = client.ended(job);

    assertThat(shown.text("/metadata/state")).isEqualTo("BATCH_STATE_SUCCEEDED");
    assertThat(client.download(shown.text("/response/responsesFile")).lines())
        .satisfiesExactly(
            first -> assertThat(first).contains("\"response\""),
            second -> assertThat(second).contains("\"key\":\"b\"", "\"error\":{\"code\":1,"));
  }

  @Test
  void a_file_of_another_project_is_not_found_at_create() {
    String file = new SandboxClient(sandbox, "other").uploadLines(line("k", "a"));

    assertThat(client.create("gemini-x", file).status()).isEqualTo(404);
    assertThat(client.create("gemini-x", "files/was-never-there").status()).isEqualTo(404);
  }

  @Test
  void one_malformed_row_refuses_all_and_makes_no_job() {
    Answer answer =
        client.create("gemini-x", client.uploadLines(line("a", "x"), "{\"key\":", line("c", "y")));

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.text("/error/message")).startsWith("Error on line 2: ");
    assertThat(client.get("/v1beta/batches").json()).isEmpty();
  }

  @Test
  void a_bad_key_is_an_invalid_argument_with_its_reason() {
    Answer answer = new SandboxClient(sandbox, "wrong-key").get("/v1beta/files");

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.text("/error/status")).isEqualTo("INVALID_ARGUMENT");
    assertThat(answer.text("/error/details/0/reason")).isEqualTo("API_KEY_INVALID");
    assertThat(answer.text("/error/details/0/domain")).isEqualTo("googleapis.com");
  }

  @ParameterizedTest
  @CsvSource({
    "does-not-exist, is not found",
    "gemini-9-pro, is not found",
    "gemini-nope, is not found",
    "gemini-1.5-flash, no longer available to new users",
    "gemini-pro-vision, no longer available to new users",
  })
  void an_unknown_or_retired_model_is_not_found(String model, String words) {
    String file = client.uploadLines(line("k", "a"));

    for (Answer answer :
        new Answer[] {
          client.create(model, file),
          client.get("/v1beta/models/" + model),
          client.post("/v1beta/models/" + model + ":generateContent", request("a")),
          client.post("/v1beta/models/" + model + ":countTokens", request("a")),
        }) {
      assertThat(answer.status()).isEqualTo(404);
      assertThat(answer.text("/error/status")).isEqualTo("NOT_FOUND");
      assertThat(answer.text("/error/message")).contains("models/" + model, words);
    }
    assertThat(sandbox.counters().jobsCreated()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"gemini-x", "model-a", "m", "gemini-3-flash-preview", "gemini-flash-latest"})
  void a_made_up_model_is_as_good_as_a_known_one(String model) {
    assertThat(client.get("/v1beta/models/" + model).text("/name")).isEqualTo("models/" + model);
    assertThat(client.create(model, client.uploadLines(line("k", "a"))).status()).isEqualTo(200);
  }

  @Test
  void models_come_in_pages() {
    Answer first = client.get("/v1beta/models?page_size=5");
    Answer second =
        client.get("/v1beta/models?pageSize=5&pageToken=" + first.text("/nextPageToken"));
    Answer all = client.get("/v1beta/models");

    assertThat(first.json().path("models")).hasSize(5);
    assertThat(second.json().path("models")).hasSize(5);
    assertThat(second.text("/models/0/name")).isEqualTo(all.text("/models/5/name"));
    assertThat(all.json().has("nextPageToken")).isFalse();
    assertThat(all.text("/models/0/supportedGenerationMethods/0")).isEqualTo("generateContent");
  }

  @Test
  void generateContent_says_which_tier_served_it() {
    String path = "/v1beta/models/gemini-x:generateContent";
    String contents = "{\"contents\":[{\"parts\":[{\"text\":\"a\"}]}]";

    assertThat(client.post(path, contents + "}").text("/usageMetadata/serviceTier"))
        .isEqualTo("standard");
    assertThat(
            client
                .post(path, contents + ",\"service_tier\":\"flex\"}")
                .text("/usageMetadata/serviceTier"))
        .isEqualTo("flex");
    assertThat(client.post(path, contents + ",\"serviceTier\":\"first\"}").status()).isEqualTo(400);
  }

  @Test
  void generateContent_makes_its_answer_by_the_schema_and_as_many_as_were_wanted() {
    Answer answer =
        client.post(
            "/v1beta/models/gemini-x:generateContent",
            "{\"contents\":[{\"parts\":[{\"text\":\"a\"}]}],\"generation_config\":{"
                + "\"candidate_count\":3,\"response_mime_type\":\"application/json\","
                + "\"response_schema\":{\"type\":\"ARRAY\",\"items\":{\"type\":\"BOOLEAN\"}}}}");

    assertThat(answer.json().path("candidates")).hasSize(3);
    assertThat(answer.number("/candidates/2/index")).isEqualTo(2);
    assertThat(answer.text("/candidates/0/content/parts/0/text")).startsWith("[");
    assertThat(answer.text("/modelVersion")).isEqualTo("gemini-x");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "{}", "{\"contents\":[]}", "{\"contents\":[{\"text\":\"a\"}]}", "{\"a\""})
  void generateContent_refuses_what_is_not_a_request(String body) {
    Answer answer = client.post("/v1beta/models/gemini-x:generateContent", body);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.text("/error/status")).isEqualTo("INVALID_ARGUMENT");
  }

  @Test
  void generateContent_can_be_blocked_truncated_and_shed() {
    String path = "/v1beta/models/gemini-x:generateContent";
    client.control(
        "faults",
        "generate blocked times=1\ngenerate finish=MAX_TOKENS times=1\ngenerate status=503 times=1");

    assertThat(client.post(path, request("a")).text("/promptFeedback/blockReason"))
        .isEqualTo("PROHIBITED_CONTENT");
    assertThat(client.post(path, request("a")).text("/candidates/0/finishReason"))
        .isEqualTo("MAX_TOKENS");
    assertThat(client.post(path, request("a")).status()).isEqualTo(503);
    assertThat(client.post(path, request("a")).status()).isEqualTo(200);
  }

  @Test
  void a_file_that_is_not_there_is_refused_by_generateContent() {
    Answer answer =
        client.post(
            "/v1beta/models/gemini-x:generateContent",
            "{\"contents\":[{\"parts\":[{\"file_data\":{\"file_uri\":\"files/gone\"}}]}]}");

    assertThat(answer.status()).isEqualTo(403);
  }
}
