package dev.geminibatch.service.gemini;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.service.RemoteJob;
import dev.geminibatch.service.RemoteJobState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JobJsonTest {
  @Test
  void statistics_and_reason_are_read_from_the_raw_answer() throws Exception {
    RemoteJob status =
        status(
            """
            {"name":"batches/b","done":true,"error":{"code":8,"message":"quota"},
             "metadata":{"displayName":"d","model":"models/m","state":"BATCH_STATE_FAILED",
             "createTime":"2025-12-10T18:27:01.407650525Z",
             "batchStats":{"requestCount":"3","failedRequestCount":2}}}""");

    assertThat(status.state()).isEqualTo(RemoteJobState.FAILED);
    assertThat(status.counts()).isEqualTo(new RemoteJob.Counts(3, 0, 2, 0));
    assertThat(status.error().orElseThrow().status()).isEqualTo("RESOURCE_EXHAUSTED");
    assertThat(status.created()).isPresent();
    assertThat(status.responsesFile()).isEmpty();
  }

  @Test
  void the_result_file_is_found_in_either_place() throws Exception {
    assertThat(
            status("{\"metadata\":{\"output\":{\"responsesFile\":\"files/batch-a\"}}}")
                .responsesFile())
        .hasValue("files/batch-a");
    assertThat(status("{\"response\":{\"responsesFile\":\"files/batch-b\"}}").responsesFile())
        .hasValue("files/batch-b");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"done\":true,\"response\":{\"responsesFile\":\"files/f\"},\"metadata\":{\"state\":\"BATCH_STATE_RUNNING\"}} | SUCCEEDED | succeeded",
        "{\"done\":true,\"error\":{\"code\":5},\"metadata\":{\"state\":\"BATCH_STATE_RUNNING\"}} | FAILED | failed",
        "{\"done\":true,\"error\":{\"code\":1},\"metadata\":{\"state\":\"BATCH_STATE_FAILED\"}} | CANCELLED | cancelled",
        "{\"response\":{\"responsesFile\":\"files/f\"},\"metadata\":{\"state\":\"JOB_STATE_PARTIALLY_SUCCEEDED\"}} | SUCCEEDED | partially succeeded",
        "{\"output\":{\"responses_file\":\"f\"},\"state\":\"BATCH_STATE_SUCCEEDED\"} | SUCCEEDED | succeeded",
        "{\"done\":true,\"error\":{\"code\":0},\"response\":{\"responsesFile\":\"files/f\"}} | SUCCEEDED | succeeded",
        "{\"done\":true,\"metadata\":{\"state\":\"BATCH_STATE_SUCCEEDED\",\"error\":{\"code\":13}}} | FAILED | failed",
        "{\"done\":true,\"metadata\":{\"state\":\"BATCH_STATE_TIDYING_UP\"}} | UNKNOWN | tidying up",
        "{\"error\":{\"code\":13},\"metadata\":{\"state\":\"BATCH_STATE_RUNNING\"}} | RUNNING | running",
      })
  void the_state_is_what_the_whole_description_says(String json, RemoteJobState state, String words)
      throws Exception {
    assertThat(status(json).state()).isEqualTo(state);
    assertThat(status(json).stateWords()).isEqualTo(words);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "{\"metadata\":null}",
        "{\"metadata\":{\"state\":7,\"createTime\":\"yesterday\"}}",
        "{\"metadata\":{\"state\":\"BATCH_STATE_PARTIALLY_SUCCEEDED\"}}"
      })
  void an_odd_answer_means_keep_polling(String json) throws Exception {
    assertThat(status(json).state()).isEqualTo(RemoteJobState.UNKNOWN);
    assertThat(status(json).state().isEnded()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "failed, FAILED",
    "JOB_STATE_RUNNING, RUNNING",
    "batch_state_expired, EXPIRED",
    "canceled, CANCELLED"
  })
  void states_are_known_by_short_and_full_name(String text, RemoteJobState state) {
    assertThat(RemoteJobState.parseList(text)).containsExactly(state);
  }

  @Test
  void an_unknown_state_name_is_refused_with_the_known_ones() {
    assertThatThrownBy(() -> RemoteJobState.parseList("failed,faild"))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("\"faild\" is not a state; write one or more of pending, running");
  }

  private static RemoteJob status(String json) throws Exception {
    return JobJson.read(new ObjectMapper().readTree(json));
  }
}
