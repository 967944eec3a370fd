package dev.geminibatch.service.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import dev.geminibatch.service.Redactor;
import dev.geminibatch.service.RemoteJob;
import dev.geminibatch.service.RemoteJob.Counts;
import dev.geminibatch.service.RemoteJob.ServiceError;
import dev.geminibatch.service.RemoteJobState;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/**
 * Reads a job from the raw answer, because the SDK's model leaves out the statistics and the reason
 * of a failure.
 */
final class JobJson {
  private JobJson() {}

  /** Reads an operation; a missing field is empty, never an error. */
  static RemoteJob read(JsonNode operation) {
    JsonNode meta = operation.path("metadata");
    JsonNode output =
        meta.path("output").isObject() ? meta.path("output") : operation.path("response");
    String stateText = meta.path("state").asText("");
    JsonNode stats = meta.path("batchStats");
    return new RemoteJob(
        operation.path("name").asText(meta.path("name").asText("")),
        meta.path("displayName").asText(""),
        meta.path("model").asText(""),
        RemoteJobState.ofService(stateText),
        stateText.isEmpty() ? "no state given" : stateText,
        time(meta.path("createTime")),
        time(meta.path("endTime")),
        new Counts(
            stats.path("requestCount").asLong(),
            stats.path("successfulRequestCount").asLong(),
            stats.path("failedRequestCount").asLong(),
            stats.path("pendingRequestCount").asLong()),
        Optional.ofNullable(output.path("responsesFile").textValue()).filter(f -> !f.isBlank()),
        error(operation.path("error")),
        output.path("inlinedResponses").isObject());
  }

  private static Optional<Instant> time(JsonNode node) {
    try {
      return node.isTextual() ? Optional.of(Instant.parse(node.asText())) : Optional.empty();
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  private static Optional<ServiceError> error(JsonNode error) {
    if (!error.isObject()) {
      return Optional.empty();
    }
    String message = Redactor.redact(error.path("message").asText(""));
    return Optional.of(new ServiceError(error.path("code").asInt(), message));
  }
}
