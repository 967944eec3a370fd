package dev.geminibatch.service;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/**
 * A batch job as the service describes it, read from its raw answer because the SDK's model leaves
 * out the statistics and the reason of a failure.
 *
 * @param name {@code batches/...}; empty when the answer had none
 * @param stateText the state in the service's own words
 * @param inlined whether the answers are inside the job's description instead of a file
 */
public record RemoteJob(
    String name,
    String displayName,
    String model,
    RemoteJobState state,
    String stateText,
    Optional<Instant> created,
    Optional<Instant> ended,
    Counts counts,
    Optional<String> responsesFile,
    Optional<ServiceError> error,
    boolean inlined) {

  /** Requests of a job by outcome; the service leaves out zeroes. */
  public record Counts(long requests, long succeeded, long failed, long pending) {}

  /** The service's reason for a failure, as google.rpc.Status. */
  public record ServiceError(int code, String message) {

    public static Optional<ServiceError> of(JsonNode error) {
      if (!error.isObject()) {
        return Optional.empty();
      }
      return Optional.of(
          new ServiceError(
              error.path("code").asInt(), Redactor.redact(error.path("message").asText(""))));
    }

    /** The canonical name of the code, {@code RESOURCE_EXHAUSTED} for 8. */
    public String status() {
      return RpcCode.name(code);
    }
  }

  /** Reads an operation; a missing field is empty, never an error. */
  public static RemoteJob of(JsonNode operation) {
    JsonNode meta = operation.path("metadata");
    JsonNode output =
        meta.path("output").isObject() ? meta.path("output") : operation.path("response");
    String stateText = meta.path("state").asText("");
    JsonNode stats = meta.path("batchStats");
    String name = operation.path("name").asText(meta.path("name").asText(""));
    return new RemoteJob(
        name,
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
        ServiceError.of(operation.path("error")),
        output.path("inlinedResponses").isObject());
  }

  private static Optional<Instant> time(JsonNode node) {
    try {
      return node.isTextual() ? Optional.of(Instant.parse(node.asText())) : Optional.empty();
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }
}
