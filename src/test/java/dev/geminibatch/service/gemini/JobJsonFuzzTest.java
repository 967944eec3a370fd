package dev.geminibatch.service.gemini;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.JsonNode;
import dev.geminibatch.service.JobName;
import dev.geminibatch.service.RemoteJob;
import dev.geminibatch.service.ServiceFailure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/** Any bytes as the description of a job. */
@Tag("fuzz")
@Timeout(10)
class JobJsonFuzzTest {
  private static final JobName ASKED = new JobName("batches/asked");

  @FuzzTest
  void a_description_is_a_job_with_a_state_or_not_json(byte[] description) throws IOException {
    JsonNode operation;
    try {
      operation = JobJson.withoutContent(new ByteArrayInputStream(description));
    } catch (IOException e) {
      return; // an odd answer
    }

    RemoteJob job;
    try {
      job = JobJson.read(operation, ASKED);
    } catch (ServiceFailure e) {
      assertThat(e.getMessage()).isNotBlank();
      return; // a name that is none
    }

    assertThat(JobJson.read(operation, ASKED)).isEqualTo(job);
    assertThat(job.state()).isNotNull();
    assertThat(job.stateText()).isNotEmpty();
    assertThat(job.reason()).isNotEmpty();
    assertThat(job.stateWord()).isNotNull();
    assertThat(job.stateWords()).isNotNull();
    assertThat(job.isUnexplained() && job.answers().isPresent()).isFalse();
  }
}
