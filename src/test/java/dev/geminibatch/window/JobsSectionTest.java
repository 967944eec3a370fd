package dev.geminibatch.window;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.geminibatch.service.JobName;
import dev.geminibatch.service.RemoteJob;
import dev.geminibatch.testkit.FakeService;
import dev.geminibatch.testkit.Jobs;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobsSectionTest {
  @TempDir private Path folder;
  private final FakeService service = new FakeService();
  private StageFixture fixture;

  @BeforeEach
  void open() throws IOException {
    fixture = StageFixture.open(folder, service);
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  private Visitor visitor() {
    return new Visitor(WindowFixture.window(fixture, false));
  }

  private RemoteJob atService(String displayName) {
    return service.createJob("gemini-x", service.holds("files/x", "{}"), displayName);
  }

  private void ours(String run, String name) {
    fixture.withJob(run);
    fixture.jobs().creating(fixture.jobs().job(run, 1), Jobs.room(90));
    fixture.jobs().opened(fixture.jobs().job(run, 1), new JobName(name), "BATCH_STATE_PENDING");
  }

  @Test
  void without_jobs_the_page_says_so() throws IOException {
    assertThat(visitor().page("/jobs")).contains("It has no jobs.").doesNotContain("<table>");
  }

  @Test
  void our_jobs_lead_to_their_runs_and_those_of_others_are_shown_too() throws IOException {
    String run = fixture.dropped("letters.jsonl");
    ours(run, atService("x").name());
    String foreign = atService("<b>theirs").name();
    service.end(foreign, "BATCH_STATE_FAILED", null);

    String page = visitor().page("/jobs");
    JsonNode account = visitor().json("/api/v1/jobs").get("accounts").get(0);

    assertThat(page)
        .contains("/runs/" + run, "letters.jsonl", "not ours", "&lt;b&gt;theirs", "1 failed")
        .doesNotContain("<b>theirs", "not listed");
    assertThat(account.get("complete").asBoolean()).isTrue();
    assertThat(account.get("jobs").findValuesAsText("run")).containsExactlyInAnyOrder(run, "null");
  }

  @Test
  void while_the_service_does_not_answer_the_page_says_what_is_known() throws IOException {
    String run = fixture.dropped("letters.jsonl");
    ours(run, "batches/one");
    Sources never = WindowFixture.sources(fixture, task -> {});
    Visitor visitor = new Visitor(WindowFixture.window(never, false));

    assertThat(visitor.page("/jobs"))
        .contains("The service does not answer", "Open jobs that were not listed")
        .contains("batches/one", "/runs/" + run, "pending");
    JsonNode json = visitor.json("/api/v1/jobs");
    assertThat(json.get("accounts").get(0).get("problem").asText()).contains("has not answered");
    assertThat(json.get("unlisted").get(0).get("run").asText()).isEqualTo(run);
  }

  @Test
  void runs_that_share_a_job_are_counted() throws IOException {
    String name = atService("x").name();
    ours(fixture.dropped("a.jsonl"), name);
    fixture.clock().forward(Duration.ofSeconds(1));
    ours(fixture.dropped("b.jsonl"), name);

    assertThat(visitor().page("/jobs")).contains("and 1 other");
    assertThat(visitor().json("/api/v1/jobs").findValue("runs").asLong()).isEqualTo(2);
  }
}
