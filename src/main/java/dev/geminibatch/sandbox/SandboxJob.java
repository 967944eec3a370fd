package dev.geminibatch.sandbox;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Future;

/** A batch job of the sandbox; its store guards it by its monitor. */
final class SandboxJob {
  private static final String TYPE =
      "type.googleapis.com/google.ai.generativelanguage.v1main.GenerateContentBatch";

  final String id;
  final String project;
  final String model;
  final String displayName;
  final JobInput input;
  final Instant created;
  final Path answers;
  final Fault fault;
  final JobShape shape;
  String state = "PENDING";
  Instant ended;
  Future<?> writing;
  long answered;
  long failed;

  /** How many requests it has answered while it runs. */
  long served;

  /** Why the job failed where no fault says so; then there are no answers. */
  Optional<String> poisoned = Optional.empty();

  SandboxJob(
      String id,
      String project,
      String model,
      String displayName,
      JobInput input,
      Instant created,
      Path answers,
      Fault fault,
      JobShape shape) {
    this.id = id;
    this.project = project;
    this.model = model;
    this.displayName = displayName;
    this.input = input;
    this.created = created;
    this.answers = answers;
    this.fault = fault;
    this.shape = shape;
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

  /** Whether its answers are in the job itself. */
  boolean isInlined() {
    return input.isInline() || shape.inlined();
  }

  /** Stands where the answers belong, in a job that has them in itself. */
  String answersMark() {
    return "the answers of " + id;
  }

  /** The answers as one JSON value, where they are in the job itself. */
  Path inlinedAnswers() {
    return answers.resolveSibling(answers.getFileName() + ".json");
  }

  /**
   * As the service describes it.
   *
   * @param hasAnswers whether the answers may be named
   * @param inList whether it is one of many; then it does not have its answers in itself
   */
  ObjectNode json(boolean hasAnswers, boolean inList) {
    String name = "batches/" + id;
    ObjectNode operation = JsonNodeFactory.instance.objectNode();
    operation.put("name", name);
    ObjectNode meta = operation.putObject("metadata");
    meta.put("@type", TYPE);
    meta.put("model", model);
    meta.put("displayName", displayName);
    input
        .name()
        .ifPresentOrElse(
            file -> meta.putObject("inputConfig").put("fileName", file),
            () -> meta.putObject("inputConfig").putObject("requests"));
    meta.put("createTime", created.toString());
    meta.put("updateTime", (ended == null ? created : ended).toString());
    if (ended != null) {
      meta.put("endTime", ended.toString());
    }
    ObjectNode stats = meta.putObject("batchStats");
    putCount(stats, "requestCount", input.requests());
    long successful = isEnded() ? answered : served;
    putCount(stats, "successfulRequestCount", successful);
    putCount(stats, "failedRequestCount", failed);
    putCount(stats, "pendingRequestCount", input.requests() - successful - failed);
    if (!shownState().isEmpty()) {
      meta.put("state", shownState());
    }
    meta.put("name", name);
    if (isEnded() && shape.saysDone()) {
      operation.put("done", true);
    }
    if (isEnded() && !state.equals("SUCCEEDED")) {
      operation.putObject("error").put("code", errorCode()).put("message", errorMessage());
    }
    putAnswers(operation, meta, hasAnswers, inList);
    return operation;
  }

  private String shownState() {
    if (isEnded() && shape.state().isPresent()) {
      return shape.state().get();
    }
    return !isEnded() && goesWrong(Misbehaviour.STATE) ? fault.value() : "BATCH_STATE_" + state;
  }

  private void putAnswers(
      ObjectNode operation, ObjectNode meta, boolean hasAnswers, boolean inList) {
    if (!hasAnswers) {
      return;
    }
    ObjectNode output = JsonNodeFactory.instance.objectNode();
    if (!isInlined()) {
      output.put("responsesFile", "files/batch-" + id);
    } else if (!inList) {
      output.put("inlinedResponses", answersMark());
    }
    if (shape.inMetadata() && !output.isEmpty()) {
      meta.set("output", output);
    }
    if (shape.inResponse() && !operation.has("error")) {
      operation.putObject("response").put("@type", TYPE + "Output").setAll(output);
    }
  }

  private int errorCode() {
    if (poisoned.isPresent()) {
      return 3;
    }
    return goesWrong(Misbehaviour.FAIL) ? fault.code() : 13;
  }

  private String errorMessage() {
    if (poisoned.isPresent()) {
      return poisoned.get();
    }
    String byDefault =
        switch (errorCode()) {
          case 5 -> "Requested entity was not found.";
          case 7 -> "The caller does not have permission";
          default -> "The job ended as " + state + ".";
        };
    return fails() ? fault.messageOr(byDefault) : byDefault;
  }

  private static void putCount(ObjectNode stats, String field, long count) {
    if (count > 0) {
      stats.put(field, Long.toString(count));
    }
  }
}
