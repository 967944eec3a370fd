package dev.geminibatch.sandbox;

import static dev.geminibatch.sandbox.SandboxClient.line;
import static dev.geminibatch.sandbox.SandboxClient.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.sandbox.SandboxClient.Answer;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How many tokens the active jobs of a model may put in. */
class TokenQuotaTest extends SandboxTest {
  private static final String MODEL = "gemini-2.5-pro";

  /** A request of about 1000 tokens. */
  private static final String THOUSAND = "four".repeat(990);

  @BeforeEach
  void takeAnHour() {
    sandbox.setJobTime(Duration.ofHours(1));
  }

  @Test
  void without_a_limit_any_number_of_tokens_is_taken() {
    String file = client.uploadLines(line("a", "four".repeat(2_000_000)));

    assertThat(client.create(MODEL, file).status()).isEqualTo(200);
    assertThat(client.create(MODEL, file).status()).isEqualTo(200);
  }

  @Test
  void a_job_over_what_is_left_is_refused_as_the_service_does_until_another_has_ended() {
    sandbox.quota().set(MODEL + "=2500");
    String file = client.uploadLines(line("a", THOUSAND));
    assertThat(client.create(MODEL, file).status()).isEqualTo(200);
    assertThat(client.create(MODEL, file).status()).isEqualTo(200);

    Answer refused = client.create(MODEL, file);

    assertThat(refused.status()).isEqualTo(429);
    assertThat(refused.text("/error/status")).isEqualTo("RESOURCE_EXHAUSTED");
    assertThat(refused.text("/error/message"))
        .startsWith("You exceeded your current quota, please check your plan and billing details.");
    assertThat(refused.json().at("/error/details")).hasSize(1);
    assertThat(refused.text("/error/details/0/@type")).endsWith("google.rpc.Help");
    assertThat(sandbox.counters().jobsCreated()).isEqualTo(2);

    sandbox.setJobTime(Duration.ZERO);
    client
        .get("/v1beta/batches")
        .json()
        .path("operations")
        .forEach(job -> client.ended(job.path("name").asText()));
    sandbox.setJobTime(Duration.ofHours(1));
    assertThat(client.create(MODEL, file).status()).isEqualTo(200);
  }

  @Test
  void a_job_over_the_whole_limit_is_refused_for_ever() {
    sandbox.quota().set(MODEL + "=900");
    String file = client.uploadLines(line("a", THOUSAND));

    assertThat(client.create(MODEL, file).status()).isEqualTo(429);
    sandbox.clock().forward(Duration.ofDays(1));
    assertThat(client.create(MODEL, file).status()).isEqualTo(429);
  }

  @Test
  void a_quota_of_zero_is_named() {
    sandbox.quota().set(MODEL + "=0");
    String file = client.uploadLines(line("a", THOUSAND));

    assertThat(client.create(MODEL, file).text("/error/message"))
        .startsWith("You exceeded your current quota")
        .contains("limit: 0, model: " + MODEL);
  }

  @Test
  void a_cancelled_job_frees_its_tokens_and_a_deleted_one_does_not() {
    sandbox.quota().set(MODEL + "=1500");
    String file = client.uploadLines(line("a", THOUSAND));
    String job = client.create(MODEL, file).text("/name");

    client.delete("/v1beta/" + job);
    assertThat(client.create(MODEL, file).status()).isEqualTo(429);
    sandbox.clock().forward(Duration.ofHours(2));
    String next = client.create(MODEL, file).text("/name");
    client.post("/v1beta/" + next + ":cancel", "{}");

    assertThat(client.create(MODEL, file).status()).isEqualTo(200);
  }

  @Test
  void each_model_and_each_project_has_its_own() {
    sandbox.quota().set("1500");
    SandboxClient other = new SandboxClient(sandbox, "other-key");

    assertThat(client.create(MODEL, client.uploadLines(line("a", THOUSAND))).status())
        .isEqualTo(200);
    assertThat(client.create("gemini-x", client.uploadLines(line("a", THOUSAND))).status())
        .isEqualTo(200);
    assertThat(other.create(MODEL, other.uploadLines(line("a", THOUSAND))).status()).isEqualTo(200);
    assertThat(client.create(MODEL, client.uploadLines(line("a", THOUSAND))).status())
        .isEqualTo(429);
  }

  @Test
  void inline_requests_count_as_well() {
    sandbox.quota().set("900");

    Answer refused =
        client.post(
            "/v1beta/models/" + MODEL + ":batchGenerateContent",
            "{\"batch\":{\"inputConfig\":{\"requests\":{\"requests\":[{\"request\":"
                + request(THOUSAND)
                + "}]}}}}");

    assertThat(refused.status()).isEqualTo(429);
  }

  @Test
  void countTokens_the_usage_and_the_quota_agree() {
    int counted =
        client
            .post("/v1beta/models/" + MODEL + ":countTokens", request(THOUSAND))
            .number("/totalTokens");
    int used =
        client
            .post("/v1beta/models/" + MODEL + ":generateContent", request(THOUSAND))
            .number("/usageMetadata/promptTokenCount");
    sandbox.quota().set(MODEL + "=" + (counted - 1));
    String file = client.uploadLines(line("a", THOUSAND));
    int refused = client.create(MODEL, file).status();
    sandbox.quota().set(MODEL + "=" + counted);

    assertThat(counted).isEqualTo(used).isBetween(990, 1010);
    assertThat(refused).isEqualTo(429);
    assertThat(client.create(MODEL, file).status()).isEqualTo(200);
    assertThat(client.get("/sandbox").number("/enqueuedTokens/models~1" + MODEL))
        .isEqualTo(counted);
  }

  @Test
  void an_escaped_letter_counts_as_the_letter() {
    String plain = "\u05d0".repeat(2000);
    int letters =
        client
            .post("/v1beta/models/" + MODEL + ":countTokens", request(plain))
            .number("/totalTokens");
    int escapes =
        client
            .post(
                "/v1beta/models/" + MODEL + ":countTokens",
                request(plain.replace("\u05d0", "\\u05d0")))
            .number("/totalTokens");
    assertThat(escapes).isEqualTo(letters).isBetween(1000, 1030);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'inlineData':{'mimeType':'image/png','data':'%s'}}",
        "{'inline_data':{'data':'%s','mime_type':'image/png'}}",
        "{'fileData':{'fileUri':'https://x/v1beta/files/f'}},{'text':''}",
      })
  void a_file_is_1120_tokens_whatever_its_size(String part) {
    String parts = part.replace('\'', '"').formatted("A".repeat(100_000));

    int counted =
        client
            .post(
                "/v1beta/models/" + MODEL + ":countTokens",
                "{\"contents\":[{\"parts\":[" + parts + "]}]}")
            .number("/totalTokens");

    assertThat(counted).isBetween(1120, 1160);
  }

  @ParameterizedTest
  @CsvSource({
    "1, gemini-2.5-pro, 5000000",
    "1, gemini-3.1-pro-preview, 5000000",
    "2, gemini-2.5-flash, 400000000",
    "1, gemini-2.5-flash-lite, 10000000",
    "3, gemini-2.0-flash, 5000000000",
    "1, gemini-2.5-pro-preview-tts, 25000",
    "3, gemini-3.1-flash-image, 750000000",
    "2, gemini-embedding-001, 5000000",
    "1, gemini-x, 3000000",
  })
  void a_tier_has_the_service_s_limits(int tier, String model, long limit) {
    sandbox.quota().set("tier=" + tier);

    assertThat(sandbox.quota().limit("models/" + model)).hasValue(limit);
  }

  @Test
  void an_own_limit_wins_over_the_tier() {
    client.control("quota", "tier=1\n" + MODEL + "=250k");

    assertThat(sandbox.quota().limit(MODEL)).hasValue(250_000);
    assertThat(sandbox.quota().limit("gemini-2.5-flash")).hasValue(3_000_000);
    assertThat(client.control("quota", "tier=3\ngemini-x=some").status()).isEqualTo(400);
    assertThat(client.get("/sandbox").number("/quota/tier")).isEqualTo(1);
    client.delete("/sandbox/quota");
    assertThat(sandbox.quota().limit(MODEL)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"tier=4", "tier=", "gemini-x=", "gemini-x=many", "gemini-x", "-5"})
  void a_wrong_limit_says_what_to_write(String text) {
    assertThatThrownBy(() -> sandbox.quota().set(text)).hasMessageContaining("write ");
  }
}
