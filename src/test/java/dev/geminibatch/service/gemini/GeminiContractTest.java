package dev.geminibatch.service.gemini;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.sandbox.Sandbox;
import dev.geminibatch.service.ApiKey;
import dev.geminibatch.service.BatchServiceContract;
import dev.geminibatch.service.Connection;
import dev.geminibatch.service.FileServiceContract;
import dev.geminibatch.service.Proxies;
import dev.geminibatch.service.RemoteJob;
import dev.geminibatch.service.RemoteJobState;
import dev.geminibatch.service.RetryPolicy;
import dev.geminibatch.service.ServiceConfig;
import dev.geminibatch.service.ServiceLimits;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The implementation for Gemini against the sandbox, over real HTTP. */
class GeminiContractTest {
  private static final int MORE_THAN_A_PAGE = ServiceLimits.PAGE_SIZE + 1;

  private static Sandbox sandbox;

  @BeforeAll
  static void start() throws IOException {
    sandbox = Sandbox.start(0, Duration.ZERO, Clock.systemUTC());
  }

  @AfterAll
  static void stop() {
    sandbox.close();
  }

  private static Connection connected(ApiKey key) {
    return new Connection(
        new ServiceConfig(
            Optional.of(key),
            sandbox.baseUrl(),
            "v1beta",
            Duration.ofSeconds(10),
            4,
            Proxies.none()),
        (config, clock) ->
            new GeminiService(config, new RetryPolicy(2, Duration.ZERO, time -> {}), clock),
        Clock.systemUTC());
  }

  @Nested
  class Jobs extends BatchServiceContract {
    @Override
    protected Connection connect(ApiKey key) {
      sandbox.setJobTime(Duration.ofHours(1));
      return connected(key);
    }

    @Override
    protected int entriesOfAListing() {
      return MORE_THAN_A_PAGE;
    }

    @Test
    void the_key_of_another_project_does_not_find_a_job() throws IOException {
      RemoteJob job = newJob("of the one");
      try (Connection other = connect(ApiKey.of("another-key", "the test"))) {
        assertNotFound(() -> other.batches().job(job.jobName()));
        assertThat(other.batches().allJobs()).isEmpty();
      }
    }

    @Test
    void a_state_that_nobody_knows_is_kept_as_text_and_is_no_end() throws IOException {
      sandbox.faults().add("job state=BATCH_STATE_QUEUED times=1");

      RemoteJob job = newJob("queued");

      assertThat(job.stateText()).isEqualTo("BATCH_STATE_QUEUED");
      assertThat(job.state()).isEqualTo(RemoteJobState.UNKNOWN);
      assertThat(job.state().isEnded()).isFalse();
    }
  }

  @Nested
  class Files extends FileServiceContract {
    @Override
    protected Connection connect(ApiKey key) {
      sandbox.setJobTime(Duration.ZERO);
      return connected(key);
    }

    @Override
    protected int entriesOfAListing() {
      return MORE_THAN_A_PAGE;
    }
  }
}
