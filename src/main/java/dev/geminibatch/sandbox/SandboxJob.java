package dev.geminibatch.sandbox;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.sandbox.FileStore.StoredFile;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Future;

/** A batch job of the sandbox; its store guards it by its monitor. */
final class SandboxJob {
  final String id;
  final String project;
  final String model;
  final String displayName;
  final StoredFile input;
  final long requests;
  final Instant created;
  final Path answers;
  final Fault fault;
  String state = "PENDING";
  Instant ended;
  Future<?> writing;
  long answered;
  long failed;

  SandboxJob(
      String id,
      String project,
      String model,
      String displayName,
      StoredFile input,
      long requests,
      Instant created,
      Path answers,
      Fault fault) {
    this.id = id;
    this.project = project;
    this.model = model;
    this.displayName = displayName;
    this.input = input;
    this.requests = requests;
    this.created = created;
    this.answers = answers;
    this.fault = fault;
  }

  boolean isEnded() {
    return ended != null;
  }

  boolean goesWrong(Misbehaviour how) {
    return fault != null && fault.is(how);
  }

  boolean fails() {
    return goesWrong(Misbehaviour.FAIL) || goesWrong(Misbehaviour.EXPIRE);
  }

  /**
   * As the service describes it.
   *
   * @param hasAnswers whether the file with its answers may be named
   */
  ObjectNode json(boolean hasAnswers) {
    String name = "batches/" + id;
    ObjectNode operation = JsonNodeFactory.instance.objectNode();
    operation.put("name", name);
    ObjectNode meta = operation.putObject("metadata");
    meta.put(
        "@type", "type.googleapis.com/google.ai.generativelanguage.v1main.GenerateContentBatch");
    meta.put("model", model);
    meta.put("displayName", displayName);
    meta.putObject("inputConfig").put("fileName", "files/" + input.id());
    meta.put("createTime", created.toString());
    meta.put("updateTime", (ended == null ? created : ended).toString());
    if (ended != null) {
      meta.put("endTime", ended.toString());
    }
    ObjectNode stats = meta.putObject("batchStats");
    putCount(stats, "requestCount", requests);
    putCount(stats, "successfulRequestCount", answered);
    putCount(stats, "failedRequestCount", failed);
    putCount(stats, "pendingRequestCount", requests - answered - failed);
    boolean odd = goesWrong(Misbehaviour.STATE) && !isEnded();
    meta.put("state", odd ? fault.value() : "BATCH_STATE_" + state);
    meta.put("name", name);
    if (isEnded()) {
      operation.put("done", true);
    }
    putOutcome(operation, meta, hasAnswers);
    return operation;
  }

  private void putOutcome(ObjectNode operation, ObjectNode meta, boolean hasAnswers) {
    if (hasAnswers) {
      String file = "files/batch-" + id;
      meta.putObject("output").put("responsesFile", file);
      operation
          .putObject("response")
          .put(
              "@type",
              "type.googleapis.com/google.ai.generativelanguage.v1main.GenerateContentBatchOutput")
          .put("responsesFile", file);
    }
    if (isEnded() && !state.equals("SUCCEEDED")) {
      operation.remove("response");
      operation
          .putObject("error")
          .put("code", goesWrong(Misbehaviour.FAIL) ? fault.code() : 13)
          .put(
              "message",
              fails()
                  ? fault.messageOr("The job ended as " + state + ".")
                  : "The job ended as " + state + ".");
    }
  }

  private static void putCount(ObjectNode stats, String field, long count) {
    if (count > 0) {
      stats.put(field, Long.toString(count));
    }
  }
}
