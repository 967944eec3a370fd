package dev.geminibatch.cli;

import static dev.geminibatch.testkit.Outbox.keys;
import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.testkit.Outbox;
import dev.geminibatch.testkit.RealJar;
import dev.geminibatch.testkit.Samples;
import dev.geminibatch.testkit.ScriptedService;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged program and jobs of other makes that ended in unusual ways. */
@Tag("process")
class OddJobsTest {
  private static final String RESPONSE = "\"response\":" + Samples.response("t");

  @TempDir Path folder;
  private ScriptedService service;
  private RealJar jar;

  @BeforeEach
  void start() throws IOException {
    service = ScriptedService.start();
    jar = new RealJar(folder, service.url());
  }

  @AfterEach
  void stop() {
    service.close();
  }

  @Test
  void the_answers_inside_anybodys_job_are_written() throws Exception {
    service.says(
        "batches/inline",
        "{\"done\":true,\"response\":{\"inlinedResponses\":{\"inlinedResponses\":["
            + "{\"metadata\":{\"key\":\"a\"},%s},{%s},{\"error\":{\"code\":3,\"message\":\"bad\"}}]}}}"
                .formatted(RESPONSE, RESPONSE));

    RealJar.Result poll = jar.run("--poll", "inline");

    assertThat(poll.exit()).as(poll.err()).isEqualTo(3);
    assertThat(poll.out()).isEqualTo("2 of 3 requests answered: inline-batch-results.jsonl\n");
    Outbox outbox = new Outbox(folder);
    assertThat(keys(outbox.results("inline"))).containsExactly("a", "request-2");
    assertThat(keys(outbox.errors("inline"))).containsExactly("request-3");
  }

  @Test
  void a_job_that_is_partly_done_is_incomplete_and_listed_in_words() throws Exception {
    service.says(
        "batches/part",
        "{\"done\":true,\"metadata\":{\"state\":\"BATCH_STATE_PARTIALLY_SUCCEEDED\",\"batchStats\":"
            + "{\"requestCount\":\"3\"},\"output\":{\"inlinedResponses\":[{%s}]}}}"
                .formatted(RESPONSE));

    RealJar.Result poll = jar.run("--poll", "part", "--quiet");

    assertThat(poll.exit()).as(poll.err()).isEqualTo(3);
    assertThat(poll.out()).startsWith("1 of 3 requests answered");
    assertThat(poll.err()).contains("2 without a line", "partially succeeded");
    assertThat(jar.run("--list").out()).contains("partially_succeeded").doesNotContain("BATCH");
  }

  @Test
  void a_job_that_failed_is_told_with_the_words_of_the_service() throws Exception {
    service.says(
        "batches/failed",
        "{\"done\":true,\"metadata\":{\"state\":\"BATCH_STATE_RUNNING\","
            + "\"error\":{\"code\":5,\"message\":\"models/gone is not found\"}}}");

    RealJar.Result poll = jar.run("--poll", "failed");

    assertThat(poll.exit()).isEqualTo(1);
    assertThat(poll.err()).contains("ended as failed without answers: NOT_FOUND: models/gone");
  }
}
