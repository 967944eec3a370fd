package dev.geminibatch.service.gemini;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.FieldNames;
import dev.geminibatch.line.LargeJson;
import dev.geminibatch.service.Redactor;
import dev.geminibatch.service.RemoteJob;
import dev.geminibatch.service.RemoteJob.Counts;
import dev.geminibatch.service.RemoteJob.ServiceError;
import dev.geminibatch.service.RemoteJobState;
import dev.geminibatch.service.RpcCode;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Reads a job from the raw answer, because the SDK's model leaves out the statistics and the reason
 * of a failure.
 *
 * <p>The service describes a job twice: as an operation ({@code done}, {@code response}, {@code
 * error}) and as a batch ({@code metadata}). What either says counts, in camelCase and in
 * snake_case.
 */
final class JobJson {
  static final Set<String> INLINED = Set.of("inlinedResponses", "inlined_responses");
  static final Set<String> INPUT = Set.of("inputConfig", "input_config");

  private static final ObjectMapper MAPPER = new ObjectMapper(LargeJson.FACTORY);
  private static final int LONGEST_DETAILS = 4000;
  private static final int UNKNOWN = 2;

  private JobJson() {}

  /**
   * Reads a description as it arrives, without the requests and answers that may be inside it: they
   * may be many megabytes. Of answers, only {@code true} is kept.
   */
  static JsonNode withoutContent(InputStream in) throws IOException {
    try (JsonParser parser = LargeJson.FACTORY.createParser(in)) {
      return parser.nextToken() == null ? JsonNodeFactory.instance.objectNode() : value(parser);
    }
  }

  private static JsonNode value(JsonParser parser) throws IOException {
    if (parser.currentToken() == JsonToken.START_ARRAY) {
      ArrayNode array = JsonNodeFactory.instance.arrayNode();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        array.add(value(parser));
      }
      return array;
    }
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      return MAPPER.readTree(parser);
    }
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      parser.nextToken();
      if (INLINED.contains(name)) {
        object.put(name, holdsSomething(parser));
      } else if (INPUT.contains(name)) {
        parser.skipChildren();
      } else {
        object.set(name, value(parser));
      }
    }
    return object;
  }

  /** Whether a list, or an object with a list in it, has an element; it is read to its end. */
  private static boolean holdsSomething(JsonParser parser) throws IOException {
    boolean isArray = parser.currentToken() == JsonToken.START_ARRAY;
    if (!isArray && parser.currentToken() != JsonToken.START_OBJECT) {
      return false;
    }
    boolean holds = false;
    for (JsonToken token; (token = parser.nextToken()) != null && !token.isStructEnd(); ) {
      if (isArray) {
        holds = true;
        parser.skipChildren();
      } else {
        parser.nextToken();
        holds |= holdsSomething(parser);
      }
    }
    return holds;
  }

  /** Reads an operation; a missing field is empty, never an error. */
  static RemoteJob read(JsonNode operation) {
    return read(operation, "");
  }

  /**
   * As {@link #read(JsonNode)}.
   *
   * @param asked the name that was asked for, if the description names none
   */
  static RemoteJob read(JsonNode operation, String asked) {
    JsonNode stats = field(operation, "batchStats");
    Optional<String> file = responsesFile(operation);
    boolean inlined = outputs(operation).anyMatch(JobJson::isInlined);
    Optional<ServiceError> error = error(operation);
    boolean done = operation.path("done").asBoolean(false);
    String said = field(operation, "state").asText("");
    RemoteJobState state = state(said, done, file.isPresent() || inlined, error);
    return new RemoteJob(
        operation.path("name").asText(operation.at("/metadata/name").asText(asked)),
        field(operation, "displayName").asText(""),
        field(operation, "model").asText(""),
        state,
        stateText(said, state),
        time(field(operation, "createTime")),
        time(field(operation, "endTime")),
        new Counts(
            FieldNames.either(stats, "requestCount").asLong(),
            FieldNames.either(stats, "successfulRequestCount").asLong(),
            FieldNames.either(stats, "failedRequestCount").asLong(),
            FieldNames.either(stats, "pendingRequestCount").asLong()),
        file,
        error,
        inlined,
        done);
  }

  /** What a job has come to by everything that is said of it. */
  private static RemoteJobState state(
      String text, boolean done, boolean hasOutput, Optional<ServiceError> error) {
    RemoteJobState said = RemoteJobState.ofService(text);
    boolean isCancelled = error.map(ServiceError::status).equals(Optional.of("CANCELLED"));
    if (said == RemoteJobState.FAILED && isCancelled) {
      return RemoteJobState.CANCELLED;
    }
    if (said == RemoteJobState.SUCCEEDED && error.isPresent() && !hasOutput) {
      return RemoteJobState.FAILED;
    }
    if (said.isEnded()) {
      return said;
    }
    if (done && error.isPresent() && !(hasOutput && text.endsWith("SUCCEEDED"))) {
      return isCancelled ? RemoteJobState.CANCELLED : RemoteJobState.FAILED;
    }
    if (hasOutput && (done || said == RemoteJobState.UNKNOWN)) {
      return RemoteJobState.SUCCEEDED;
    }
    return done ? RemoteJobState.UNKNOWN : said;
  }

  /** The service's own word, unless the rest of the description contradicts it. */
  private static String stateText(String said, RemoteJobState state) {
    boolean agrees =
        !state.isEnded()
            || RemoteJobState.ofService(said) == state
            || state == RemoteJobState.SUCCEEDED && said.endsWith("SUCCEEDED");
    if (!agrees) {
      return "BATCH_STATE_" + state.name();
    }
    return said.isEmpty() ? "no state given" : said;
  }

  private static Stream<JsonNode> outputs(JsonNode operation) {
    return Stream.of(
        operation.at("/metadata/output"), operation.path("response"), operation.path("output"));
  }

  private static Optional<String> responsesFile(JsonNode operation) {
    return outputs(operation)
        .map(output -> FieldNames.either(output, "responsesFile").asText(""))
        .filter(file -> !file.isBlank())
        .findFirst();
  }

  private static boolean isInlined(JsonNode output) {
    JsonNode inlined = FieldNames.either(output, "inlinedResponses");
    return inlined.isBoolean() ? inlined.asBoolean() : !inlined.isEmpty();
  }

  /** A field of the batch, which may also be described without an operation around it. */
  private static JsonNode field(JsonNode operation, String name) {
    JsonNode field = FieldNames.either(operation.path("metadata"), name);
    return field.isMissingNode() ? FieldNames.either(operation, name) : field;
  }

  private static Optional<Instant> time(JsonNode node) {
    try {
      return node.isTextual() ? Optional.of(Instant.parse(node.asText())) : Optional.empty();
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  private static Optional<ServiceError> error(JsonNode operation) {
    JsonNode error = operation.path("error");
    if (isNone(error)) {
      error = operation.at("/metadata/error");
    }
    if (isNone(error)) {
      return Optional.empty();
    }
    if (error.isTextual()) {
      return Optional.of(new ServiceError(UNKNOWN, Redactor.redact(error.asText().strip()), ""));
    }
    int code = error.path("code").asInt();
    JsonNode details = error.path("details");
    String message = ErrorBody.withViolations(error.path("message").asText(""), details);
    return Optional.of(
        new ServiceError(
            code == 0 ? Math.max(UNKNOWN, RpcCode.number(error.path("status").asText(""))) : code,
            Redactor.redact(message),
            details.isEmpty()
                ? ""
                : Amounts.shortened(Redactor.redact(details.toString()), LONGEST_DETAILS)));
  }

  /** Whether it is not there, or only the code for "no error". */
  private static boolean isNone(JsonNode error) {
    if (error.isTextual()) {
      return error.asText().isBlank();
    }
    boolean isOk = error.size() == 1 && error.has("code") && error.path("code").asInt() == 0;
    return error.isEmpty() || isOk;
  }
}
