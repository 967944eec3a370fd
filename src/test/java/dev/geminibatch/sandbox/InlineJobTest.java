package dev.geminibatch.sandbox;

import static dev.geminibatch.sandbox.SandboxClient.line;
import static dev.geminibatch.sandbox.SandboxClient.request;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.geminibatch.sandbox.SandboxClient.Answer;
import org.junit.jupiter.api.Test;

/** Requests that come with the call, and answers that come with the job. */
class InlineJobTest extends SandboxTest {
  private static final String CREATE = "/v1beta/models/gemini-x:batchGenerateContent";

  @Test
  void inline_requests_are_answered_in_the_job_twice_with_their_metadata() {
    Answer created =
        client.post(
            CREATE,
            inline(
                "{\"request\":" + request("a") + ",\"metadata\":{\"key\":\"k1\",\"n\":7}}",
                "{\"request\":" + request("b") + "}"));
    assertThat(created.status()).isEqualTo(200);

    Answer job = client.ended(created.text("/name"));

    JsonNode inMetadata = job.json().at("/metadata/output/inlinedResponses/inlinedResponses");
    assertThat(inMetadata).hasSize(2);
    assertThat(job.json().at("/response/inlinedResponses/inlinedResponses")).isEqualTo(inMetadata);
    assertThat(inMetadata.at("/0/metadata/key").asText()).isEqualTo("k1");
    assertThat(inMetadata.at("/0/metadata/n").asInt()).isEqualTo(7);
    assertThat(inMetadata.at("/0/response/sandbox/key").asText()).isEqualTo("k1");
    assertThat(inMetadata.at("/1/response/candidates")).hasSize(1);
    assertThat(inMetadata.at("/1").has("metadata")).isFalse();
    assertThat(job.text("/metadata/batchStats/successfulRequestCount")).isEqualTo("2");
  }

  @Test
  void a_listing_does_not_hold_the_inlined_answers() {
    client.ended(client.post(CREATE, inline("{\"request\":" + request("a") + "}")).text("/name"));

    JsonNode listed = client.get("/v1beta/batches").json().at("/operations/0");

    assertThat(listed.path("done").asBoolean()).isTrue();
    assertThat(listed.toString()).doesNotContain("inlinedResponses", "candidates");
  }

  @Test
  void inline_requests_may_be_written_in_snake_case() {
    Answer created =
        client.post(
            CREATE,
            "{\"batch\":{\"display_name\":\"snake\",\"input_config\":{\"requests\":{\"requests\":["
                + "{\"request\":{\"contents\":[{\"parts\":[{\"text\":\"a\"}]}],\"generation_config\":"
                + "{\"response_mime_type\":\"application/json\",\"response_schema\":"
                + "{\"type\":\"OBJECT\",\"properties\":{\"n\":{\"type\":\"INTEGER\"}}}}}}]}}}}");

    Answer job = client.ended(created.text("/name"));

    assertThat(job.text("/metadata/displayName")).isEqualTo("snake");
    assertThat(
            job.text(
                "/response/inlinedResponses/inlinedResponses/0/response/candidates/0/content/parts/0/text"))
        .startsWith("{\"n\":");
  }

  @Test
  void one_malformed_request_refuses_all_and_makes_no_job() {
    Answer answer =
        client.post(
            CREATE,
            inline("{\"request\":" + request("a") + "}", "{\"request\":{\"contents\":[]}}"));

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.text("/error/message")).contains("requests[1]", "contents");
    assertThat(sandbox.counters().jobsCreated()).isZero();
  }

  @Test
  void more_than_20_MB_of_inline_requests_are_refused() {
    Answer answer =
        client.post(CREATE, inline("{\"request\":" + request("x".repeat(21 << 20)) + "}"));

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.text("/error/message")).contains("Request payload size exceeds the limit");
  }

  @Test
  void a_job_with_neither_file_nor_requests_is_refused() {
    assertThat(client.post(CREATE, "{\"batch\":{\"inputConfig\":{}}}").status()).isEqualTo(400);
    assertThat(client.post(CREATE, inline()).status()).isEqualTo(400);
  }

  @Test
  void the_answers_to_a_file_come_inlined_when_a_rule_says_so() {
    client.control("faults", "job inline times=1");
    String file = client.uploadLines(line("k1", "a"), line("k2", "b"));

    Answer job = client.ended(client.create("gemini-x", file).text("/name"));

    JsonNode answers = job.json().at("/response/inlinedResponses/inlinedResponses");
    assertThat(answers).hasSize(2);
    assertThat(answers.at("/1/metadata/key").asText()).isEqualTo("k2");
    assertThat(job.text("/metadata/inputConfig/fileName")).isEqualTo(file);
    assertThat(job.json().toString()).doesNotContain("responsesFile");
  }

  @Test
  void inlined_answers_have_the_faults_of_lines() {
    client.control("faults", "answer-line error=13 times=1\nanswers odd-line");
    String items = "{\"request\":" + request("a") + ",\"metadata\":{\"key\":\"k\"}}";

    Answer job = client.ended(client.post(CREATE, inline(items, items)).text("/name"));

    JsonNode answers = job.json().at("/response/inlinedResponses/inlinedResponses");
    assertThat(answers).hasSize(2);
    assertThat(answers.at("/0/error/code").asInt()).isEqualTo(13);
    assertThat(answers.at("/0/metadata/key").asText()).isEqualTo("k");
  }

  private static String inline(String... requests) {
    return "{\"batch\":{\"displayName\":\"inline\",\"inputConfig\":{\"requests\":{\"requests\":["
        + String.join(",", requests)
        + "]}}}}";
  }
}
