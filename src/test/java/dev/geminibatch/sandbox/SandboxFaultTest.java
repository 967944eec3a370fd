package dev.geminibatch.sandbox;

import static dev.geminibatch.sandbox.SandboxClient.line;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.sandbox.SandboxClient.Answer;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Faults of accounts, of ends of jobs, and errors where nobody expects them. */
class SandboxFaultTest extends SandboxTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SERVICE_DISABLED | 403 | PERMISSION_DENIED | SERVICE_DISABLED | has not been used in project",
        "CONSUMER_SUSPENDED | 403 | PERMISSION_DENIED | CONSUMER_SUSPENDED | 'api_key:some-key' has been suspended",
        "BILLING_DISABLED | 403 | PERMISSION_DENIED | BILLING_DISABLED | requires billing to be enabled",
        "API_KEY_HTTP_REFERRER_BLOCKED | 403 | PERMISSION_DENIED | API_KEY_HTTP_REFERRER_BLOCKED | Requests from referer",
        "api-key-ip-address-blocked | 403 | PERMISSION_DENIED | API_KEY_IP_ADDRESS_BLOCKED | IP address restriction",
        "API_KEY_EXPIRED | 400 | INVALID_ARGUMENT | API_KEY_INVALID | API key expired",
        "LOCATION | 400 | FAILED_PRECONDITION | '' | User location is not supported for the API use.",
        "FREE_TIER | 400 | FAILED_PRECONDITION | '' | free tier is not available",
        "CREDITS_DEPLETED | 429 | RESOURCE_EXHAUSTED | '' | prepayment credits are depleted",
      })
  void a_refused_account_is_refused_in_the_service_s_words(
      String reason, int code, String status, String inDetails, String words) {
    client.control("faults", "all account=" + reason + " times=1");

    Answer answer = client.get("/v1beta/files");

    assertThat(answer.status()).isEqualTo(code);
    assertThat(answer.text("/error/status")).isEqualTo(status);
    assertThat(answer.text("/error/message")).contains(words);
    assertThat(answer.text("/error/details/0/reason")).isEqualTo(inDetails);
    if (!inDetails.isEmpty()) {
      assertThat(answer.text("/error/details/0/domain")).isEqualTo("googleapis.com");
      assertThat(answer.text("/error/details/0/metadata/service"))
          .isEqualTo("generativelanguage.googleapis.com");
    }
    assertThat(client.get("/v1beta/files").status()).isEqualTo(200);
  }

  @Test
  void an_account_is_refused_for_a_while_by_the_sandbox_s_clock() {
    client.control("faults", "all account=SERVICE_DISABLED for=14s");
    assertThat(client.get("/v1beta/files").status()).isEqualTo(403);
    sandbox.clock().forward(Duration.ofSeconds(7));
    assertThat(client.get("/v1beta/batches").status()).isEqualTo(403);

    sandbox.clock().forward(Duration.ofSeconds(8));

    assertThat(client.get("/v1beta/batches").status()).isEqualTo(200);
  }

  @Test
  void a_refusal_is_of_one_key_and_begins_after_some_calls() {
    client.control("faults", "all account=LOCATION key=some-key after=2 times=3");
    SandboxClient other = new SandboxClient(sandbox, "other-key");

    StringBuilder pattern = new StringBuilder();
    for (int i = 0; i < 7; i++) {
      assertThat(other.get("/v1beta/files").status()).isEqualTo(200);
      pattern.append(client.get("/v1beta/files").status() == 400 ? 'x' : '.');
    }

    assertThat(pattern.toString()).isEqualTo("..xxx..");
    assertThat(client.get("/sandbox").json().toString()).doesNotContain("some-key");
  }

  @Test
  void an_unknown_reason_says_which_there_are() {
    assertThatThrownBy(() -> sandbox.faults().add("all account=BROKE"))
        .hasMessageContaining("write one of SERVICE_DISABLED, CONSUMER_SUSPENDED");
  }

  @Test
  void an_upload_s_last_answer_is_an_error_in_a_200() {
    client.control("faults", "upload-finish refuse-type=application/jsonl http=200");

    Answer refused = client.upload("x\n", "application/jsonl");

    assertThat(refused.status()).isEqualTo(200);
    assertThat(refused.json().toString())
        .isEqualTo(
            "{\"error\":{\"code\":400,\"message\":\"Unsupported MIME type: application/jsonl\"}}");
    assertThat(client.upload("x\n", "text/plain").text("/file/mimeType")).isEqualTo("text/plain");
    assertThat(client.get("/v1beta/files").json().path("files")).hasSize(1);
  }

  @Test
  void a_type_is_refused_by_pattern_with_its_own_status() {
    client.control("faults", "upload-finish refuse-type=audio/* times=1");

    assertThat(client.upload("x", "video/webm").status()).isEqualTo(200);
    assertThat(client.upload("x", "audio/webm").status()).isEqualTo(400);
    assertThat(client.upload("x", "audio/webm").status()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({"batch-list, /v1beta/batches", "file-list, /v1beta/files", "all, /v1beta/models"})
  void any_call_can_have_its_error_in_a_200(String where, String path) {
    client.control("faults", where + " status=403 http=200 times=1 message=Not here.");

    Answer answer = client.get(path);

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.number("/error/code")).isEqualTo(403);
    assertThat(answer.text("/error/message")).isEqualTo("Not here.");
  }

  @Test
  void a_job_ends_with_done_alone() {
    client.control("faults", "job end-state=none\njob no-output");

    Answer job = job(line("k", "a"));

    assertThat(job.json().path("done").asBoolean()).isTrue();
    assertThat(job.json().path("metadata").has("state")).isFalse();
    assertThat(job.json().path("metadata").has("output")).isFalse();
    assertThat(client.download(job.text("/response/responsesFile"))).contains("\"key\":\"k\"");
  }

  @Test
  void a_job_ends_in_a_state_that_nobody_knows() {
    client.control("faults", "job end-state=BATCH_STATE_PARTIALLY_SUCCEEDED\njob no-response");

    Answer job = job(line("k", "a"));

    assertThat(job.text("/metadata/state")).isEqualTo("BATCH_STATE_PARTIALLY_SUCCEEDED");
    assertThat(job.json().has("response")).isFalse();
    assertThat(job.text("/metadata/output/responsesFile")).startsWith("files/batch-");
  }

  @Test
  void every_shape_of_an_end_can_be_had_at_once() {
    client.control("faults", "job inline\njob no-output\njob end-state=none");

    Answer job = job(line("k", "a"));

    assertThat(job.json().path("metadata").has("state")).isFalse();
    assertThat(job.json().path("metadata").has("output")).isFalse();
    assertThat(job.text("/response/inlinedResponses/inlinedResponses/0/metadata/key"))
        .isEqualTo("k");
  }

  @Test
  void a_download_can_be_an_error_in_a_200() {
    String answers = job(line("k", "a")).text("/response/responsesFile");
    client.control("faults", "download status=404 http=200 times=1 message=Gone.");

    assertThat(client.download(answers))
        .isEqualTo("{\"error\":{\"code\":404,\"message\":\"Gone.\"}}");
    assertThat(client.download(answers)).contains("\"key\":\"k\"");
  }

  @Test
  void a_job_that_does_not_say_that_it_is_done_still_does_not_count_as_open() {
    client.control("faults", "job no-done");
    String file = client.uploadLines(line("k", "a"));

    for (int i = 0; i < 101; i++) {
      Answer created = client.create("gemini-x", file);
      assertThat(created.status()).isEqualTo(200);
      assertThat(client.ended(created.text("/name")).json().has("done")).isFalse();
    }
  }

  @Test
  void a_shape_and_a_failure_apply_together() {
    client.control("faults", "job fail=7\njob end-state=none");

    Answer job = job(line("k", "a"));

    assertThat(job.json().path("done").asBoolean()).isTrue();
    assertThat(job.number("/error/code")).isEqualTo(7);
    assertThat(job.text("/error/message")).contains("permission");
    assertThat(job.json().path("metadata").has("state")).isFalse();
  }

  @Test
  void a_poisoned_line_fails_the_job_by_its_number_until_it_is_taken_out() {
    client.control("faults", "job poison=bitter");

    Answer failed = job(line("a", "x"), line("b", "bitter"), line("c", "y"));
    Answer good = job(line("a", "x"), line("c", "y"));

    assertThat(failed.text("/metadata/state")).isEqualTo("BATCH_STATE_FAILED");
    assertThat(failed.number("/error/code")).isEqualTo(3);
    assertThat(failed.text("/error/message")).startsWith("Error on line 2: ");
    assertThat(failed.json().path("metadata").has("output")).isFalse();
    assertThat(good.text("/metadata/state")).isEqualTo("BATCH_STATE_SUCCEEDED");
  }

  private Answer job(String... lines) {
    return client.ended(client.create("gemini-x", client.uploadLines(lines)).text("/name"));
  }
}
