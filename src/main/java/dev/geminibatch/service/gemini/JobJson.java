package dev.geminibatch.service.gemini;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.geminibatch.io.FieldNames;
import dev.geminibatch.service.JobName;
import dev.geminibatch.service.Redactor;
import dev.geminibatch.service.RemoteFileName;
import dev.geminibatch.service.RemoteJob;
import dev.geminibatch.service.RemoteJob.Counts;
import dev.geminibatch.service.RemoteJob.ServiceError;
import dev.geminibatch.service.RemoteJobState;
import dev.geminibatch.service.RpcCode;
import java.io.IOException;
import java.io.InputStream;
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

  private static final int LONGEST_DETAILS = 4000;
  private static final int LONGEST_STATE = 100;
  private static final int UNKNOWN = 2;

  private JobJson() {}

  /**
   * Reads a description as it arrives, without the requests and answers that may be inside it: they
   * may be many megabytes. Of answers, only {@code true} is kept.
   */
  static JsonNode withoutContent(InputStream in) throws IOException {
    return BoundedJson.read(in, JobJson::withoutContent);
  }

  private static JsonNode withoutContent(String name, JsonParser parser) throws IOException {
    if (INLINED.contains(name)) {
      return BooleanNode.valueOf(holdsSomething(parser));
    }
    if (INPUT.contains(name)) {
      parser.skipChildren();
      return MissingNode.getInstance();
    }
    return null;
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

  /** Reads an operation; a missing field is empty, never an error, and so is an invalid name. */
  static RemoteJob read(JsonNode operation) {
    String name = name(operation);
    boolean isName = JobName.isName(name);
    if (!isName && !name.isEmpty()) {
      OddNames.report("a job", name);
    }
    return read(operation, isName ? name : "");
  }

  /**
   * As {@link #read(JsonNode)}, for a job that was asked for.
   *
   * @throws dev.geminibatch.service.ServiceFailure if it is another one that is described
   */
  static RemoteJob read(JsonNode operation, JobName asked) {
    String name = name(operation);
    if (!name.isEmpty() && !name.equals(asked.value())) {
      throw OddNames.failure(asked.value(), name);
    }
    return read(operation, asked.value());
  }

  /** What the service calls the job, which need not be a name. */
  static String name(JsonNode operation) {
    return operation.path("name").asText(operation.at("/metadata/name").asText(""));
  }

  private static RemoteJob read(JsonNode operation, String name) {
    JsonNode stats = field(operation, "batchStats");
    Optional<String> file = responsesFile(operation);
    boolean inlined = outputs(operation).anyMatch(JobJson::isInlined);
    Optional<ServiceError> error = error(operation);
    boolean done = operation.path("done").asBoolean(false);
    String said = Redactor.shortened(field(operation, "state").asText(""), LONGEST_STATE);
    RemoteJobState state = state(said, done, file.isPresent() || inlined, error);
    return new RemoteJob(
        name,
        Fields.text(field(operation, "displayName")),
        Fields.text(field(operation, "model")),
        state,
        stateText(said, state),
        Fields.time(field(operation, "createTime")),
        Fields.time(field(operation, "endTime")),
        new Counts(
            Fields.number(FieldNames.either(stats, "requestCount"), 0),
            Fields.number(FieldNames.either(stats, "successfulRequestCount"), 0),
            Fields.number(FieldNames.either(stats, "failedRequestCount"), 0),
            Fields.number(FieldNames.either(stats, "pendingRequestCount"), 0)),
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
        .filter(JobJson::isFileName)
        .findFirst();
  }

  /** A job whose answers are in a file without a name is polled until they have one. */
  private static boolean isFileName(String text) {
    boolean isName = RemoteFileName.isName(text);
    if (!isName) {
      OddNames.report("a file of answers", text);
    }
    return isName;
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

  private static Optional<ServiceError> error(JsonNode operation) {
    JsonNode error = operation.path("error");
    if (isNone(error)) {
      error = operation.at("/metadata/error");
    }
    if (isNone(error)) {
      return Optional.empty();
    }
    if (error.isTextual()) {
      return Optional.of(new ServiceError(UNKNOWN, ErrorBody.bounded(error.asText().strip()), ""));
    }
    int code = error.path("code").asInt();
    JsonNode details = error.path("details");
    String message =
        ErrorBody.bounded(ErrorBody.withViolations(error.path("message").asText(""), details));
    return Optional.of(
        new ServiceError(
            code == 0 ? Math.max(UNKNOWN, RpcCode.number(error.path("status").asText(""))) : code,
            message,
            details.isEmpty() ? "" : Redactor.shortened(details.toString(), LONGEST_DETAILS)));
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
