package dev.geminibatch.line;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Why a line has no answer: the stable names in errors files, what each means, and whether the line
 * is sent again. The table in {@code src/docs/life-of-a-run.md} is made of these.
 */
public enum ProblemCode {
  // The line itself, found before anything is spent.
  NOT_JSON(
      "not-json",
      "The line is not JSON. With `--poll`: a line of the downloaded answers is not JSON."),
  NOT_AN_OBJECT("not-an-object", "The line is JSON, but not an object."),
  NOT_UTF8(
      "not-utf8", "The line is not UTF-8, or has zero bytes; the message says what it looks like."),
  LINE_TOO_LONG(
      "line-too-long",
      "The line is longer than `lines.max-bytes`, or larger than a whole job (`job.max-bytes`)."),
  REPEATED_FIELD("repeated-field", "A field of the line appears twice."),
  NO_REQUEST("no-request", "The line has neither `request` nor `body`."),
  TWO_REQUESTS("two-requests", "The line has both `request` and `body`."),
  BAD_REQUEST("bad-request", "`request` or `body` is not a JSON object."),
  FOREIGN_LINE(
      "foreign-line", "The line is written for another API, or is not a request for one answer."),
  EMBEDDING("embedding", "The line asks for an embedding, which is not supported yet."),
  BAD_CONFIG(
      "bad-config", "`config` is not the SDKs', or has a field that the service does not take."),
  TWO_SETTINGS("two-settings", "`config` and the request set the same field to different values."),
  TWO_KEYS("two-keys", "`metadata.key` and `key` (or `custom_id`) are different."),
  BAD_KEY(
      "bad-key",
      "The key is neither a string nor a number, is longer than 10,000 bytes, or holds half a character."),
  MISPLACED_FIELD(
      "misplaced-field",
      "A field of the request is beside it, or a setting is not in `generationConfig`, where the service ignores or refuses it."),
  NO_CONTENTS("no-contents", "`contents` is missing, empty, or not a list of turns."),
  BAD_CONTENTS("bad-contents", "An element of `contents` is neither a turn nor a part."),
  NO_PARTS("no-parts", "A turn has no parts."),
  BAD_PARTS("bad-parts", "`parts` is not a list of parts, or one of its elements is not a part."),
  BAD_ROLE(
      "bad-role",
      "A turn has the role `system`, which the service takes only as `systemInstruction`."),
  BAD_URL("bad-url", "The `url` names no Gemini model, or a method other than `generateContent`."),
  BAD_MODEL("bad-model", "The model's name is not valid."),
  TWO_MODELS(
      "two-models", "The `url`, the `model` of the line and that of the request are not the same."),
  BAD_TAG(
      "bad-tag", "A file tag is not closed, is empty, is too long, or is a part of an address."),
  TAG_IN_SYSTEM_INSTRUCTION(
      "tag-in-system-instruction",
      "A file tag is in the system instruction, where the service takes no files."),
  TOO_MANY_FILES("too-many-files", "The line has more than 10,000 file tags."),
  TOO_COMPLEX(
      "too-complex", "The line has more fields or texts than can be checked in little memory."),
  // Files that the line names.
  FILE_MISSING(
      "file-missing",
      Stage.INSPECT,
      Retry.NO,
      "The file or the media root does not exist, or the remote host has no such file."),
  FILE_OUTSIDE_ROOT(
      "file-outside-root", Stage.INSPECT, Retry.NO, "The tag points outside the media root."),
  FILE_NOT_REGULAR(
      "file-not-regular",
      Stage.INSPECT,
      Retry.NO,
      "The tag names a folder, or something else that is not a regular file."),
  FILE_EMPTY("file-empty", Stage.INSPECT, Retry.NO, "The file is empty."),
  FILE_TOO_LARGE(
      "file-too-large",
      Stage.INSPECT,
      Retry.NO,
      "The file is larger than the 2 GB that the service takes."),
  FILE_TYPE(
      "file-type",
      Stage.INSPECT,
      Retry.NO,
      "The type of the file, by its content, is not one of `media.types`, or the file is text that is not UTF-8."),
  FILE_MISMATCH(
      "file-mismatch",
      Stage.INSPECT,
      Retry.NO,
      "The file is not what its name says, as after a failed download (`media.mismatch`)."),
  FILE_UNREADABLE(
      "file-unreadable", Stage.INSPECT, Retry.NO, "The file cannot be read or downloaded."),
  FILE_REMOTE(
      "file-remote",
      Stage.INSPECT,
      Retry.NO,
      "The address is not an https address of an allowed host (`media.remote-hosts`), or redirects elsewhere."),
  FILE_REFUSED(
      "file-refused",
      Stage.UPLOAD,
      Retry.NO,
      "The service refuses the file, or could not process it."),
  FILE_CHANGED(
      "file-changed",
      Stage.UPLOAD,
      Retry.BY_DROPPING,
      "The file changed, or was replaced, while it was being examined or uploaded."),
  // The job that the line was in.
  LINE_REFUSED(
      "line-refused",
      Stage.SUBMIT,
      Retry.NO,
      "The service refuses this line; the other lines of its job are sent without it."),
  OVER_QUOTA(
      "over-quota",
      Stage.SUBMIT,
      Retry.BY_DROPPING,
      "The line alone has more tokens than may be enqueued for its model, or than job.max-tokens allows; the message has both numbers, or the service's words."),
  JOB_REFUSED("job-refused", Stage.SUBMIT, Retry.NO, "The service refuses the whole job."),
  JOB_LINES_REFUSED(
      "job-lines_refused",
      Stage.COLLECT,
      Retry.WITHOUT_REFUSED,
      "The service refused other lines of the job, and did not create it or ended it."),
  JOB_FAILED(
      "job-failed",
      Stage.COLLECT,
      Retry.IF_IT_MAY_PASS,
      "The job failed; the message has the service's reason. A job that fails at once for lack of quota is created again when there is some; that does not count as an attempt."),
  JOB_EXPIRED("job-expired", Stage.COLLECT, Retry.YES, "The job expired."),
  JOB_STUCK(
      "job-stuck",
      Stage.COLLECT,
      Retry.YES,
      "The job took longer than `job.stuck-after` and was cancelled."),
  JOB_SUCCEEDED(
      "job-succeeded",
      Stage.COLLECT,
      Retry.YES,
      "The job succeeded, but the service never named the file with its answers."),
  JOB_NO_OUTPUT(
      "job-no_output",
      Stage.COLLECT,
      Retry.BY_DROPPING,
      "The service is done with the job and names neither answers nor an error. `--poll` fetches them if they come after all."),
  JOB_CANCELLED("job-cancelled", Stage.COLLECT, Retry.BY_DROPPING, "Somebody cancelled the job."),
  RUN_CANCELLED(
      "run-cancelled",
      Stage.COLLECT,
      Retry.BY_DROPPING,
      "Somebody cancelled the run (`--cancel-run`) before the request was sent or answered."),
  JOB_GONE(
      "job-gone",
      Stage.COLLECT,
      Retry.BY_DROPPING,
      "The service does not know the job any more: it was deleted or is too old."),
  JOB_ANSWERS_GONE(
      "job-answers_gone",
      Stage.COLLECT,
      Retry.BY_DROPPING,
      "The service has deleted the answers of the job."),
  JOB_FILES_GONE(
      "job-files_gone",
      Stage.COLLECT,
      Retry.AFTER_UPLOAD,
      "A file of the job grew too old while the job waited, so the job was not sent, or the service ended the job because a file is gone."),
  JOB_INPUT_CHANGED(
      "job-input_changed",
      Stage.COLLECT,
      Retry.BY_DROPPING_AGAIN,
      "The input was changed while the job waited, so the job was not sent."),
  // The answer.
  NO_ANSWER(
      "no-answer", Stage.COLLECT, Retry.YES, "The job ended without an answer to the request."),
  NO_RESPONSE(
      "no-response",
      Stage.COLLECT,
      Retry.YES,
      "The service's line has neither a response nor an error."),
  NO_CANDIDATE("no-candidate", Stage.COLLECT, Retry.YES, "The response has no candidate."),
  EMPTY("empty", Stage.COLLECT, Retry.YES, "The answer has no text."),
  BLOCKED("blocked", Stage.COLLECT, Retry.NO, "The prompt was blocked."),
  STOPPED(
      "stopped",
      Stage.COLLECT,
      Retry.UNLESS_SAFETY,
      "The model stopped early; the message has the `finishReason`."),
  CUT_OFF("cut-off", Stage.COLLECT, Retry.YES, "The answer was truncated at its maximum length."),
  ANSWER_CONTRADICTORY(
      "answer-contradictory",
      Stage.COLLECT,
      Retry.YES,
      "The service gave different answers under the same key."),
  ANSWER_NOT_JSON(
      "answer-not-json",
      Stage.COLLECT,
      Retry.YES,
      "The request asked for JSON and the answer is not JSON; the message has the place."),
  ANSWER_SCHEMA(
      "answer-schema",
      Stage.COLLECT,
      Retry.YES,
      "The answer does not fit the schema of its request; the message has the place."),
  OVER_BUDGET("over-budget", Stage.COLLECT, Retry.BY_DROPPING, "Another attempt costs too much."),
  FILE_GONE(
      "file-gone",
      Stage.COLLECT,
      Retry.AFTER_OWN_UPLOAD,
      "A file of the request no longer exists at the service, or was never usable there."),
  // An error of the service in place of the answer, by its google.rpc code.
  CANCELLED("CANCELLED", Stage.COLLECT, Retry.UNLESS_CANCELLED, "The request was cancelled."),
  UNKNOWN(
      "UNKNOWN",
      Stage.COLLECT,
      Retry.YES,
      "The service failed for an unknown reason, or gave none."),
  DEADLINE_EXCEEDED("DEADLINE_EXCEEDED", Stage.COLLECT, Retry.YES, "The service took too long."),
  RESOURCE_EXHAUSTED(
      "RESOURCE_EXHAUSTED", Stage.COLLECT, Retry.AFTER_QUOTA, "A quota is exhausted."),
  ABORTED("ABORTED", Stage.COLLECT, Retry.YES, "The service aborted the request."),
  INTERNAL("INTERNAL", Stage.COLLECT, Retry.YES, "The service failed internally."),
  UNAVAILABLE("UNAVAILABLE", Stage.COLLECT, Retry.YES, "The service was not available."),
  INVALID_ARGUMENT(
      "INVALID_ARGUMENT",
      Stage.COLLECT,
      Retry.IF_ACCOUNT,
      "The service does not accept the request."),
  NOT_FOUND(
      "NOT_FOUND", Stage.COLLECT, Retry.NO, "Something that the request names does not exist."),
  ALREADY_EXISTS(
      "ALREADY_EXISTS",
      Stage.COLLECT,
      Retry.NO,
      "Something that the request would create exists already."),
  PERMISSION_DENIED(
      "PERMISSION_DENIED", Stage.COLLECT, Retry.IF_ACCOUNT, "The key may not do this."),
  FAILED_PRECONDITION(
      "FAILED_PRECONDITION",
      Stage.COLLECT,
      Retry.IF_ACCOUNT,
      "The project or the service is not in a state that allows the request."),
  OUT_OF_RANGE("OUT_OF_RANGE", Stage.COLLECT, Retry.NO, "A value of the request is out of range."),
  UNIMPLEMENTED(
      "UNIMPLEMENTED", Stage.COLLECT, Retry.NO, "The service does not support the request."),
  DATA_LOSS("DATA_LOSS", Stage.COLLECT, Retry.NO, "The service lost data."),
  UNAUTHENTICATED(
      "UNAUTHENTICATED", Stage.COLLECT, Retry.IF_ACCOUNT, "The key is missing or not valid.");

  /** Which stage finds a problem. */
  private enum Stage {
    INSPECT,
    UPLOAD,
    SUBMIT,
    COLLECT
  }

  private static final Map<String, ProblemCode> BY_CODE =
      Arrays.stream(values()).collect(Collectors.toMap(ProblemCode::code, Function.identity()));

  private final String code;
  private final Stage stage;
  private final Retry retry;
  private final String meaning;

  /** Of a line that is found wrong when it is read, and is never sent. */
  ProblemCode(String code, String meaning) {
    this(code, Stage.INSPECT, Retry.NO, meaning);
  }

  ProblemCode(String code, Stage stage, Retry retry, String meaning) {
    this.code = code;
    this.stage = stage;
    this.retry = retry;
    this.meaning = meaning;
  }

  /** The code of a name; empty if this version has none, as for a new google.rpc code. */
  public static Optional<ProblemCode> of(String code) {
    return Optional.ofNullable(BY_CODE.get(code));
  }

  /** Whether a line with a problem of this name is sent again without anybody asking for it. */
  public static boolean isRetriedAutomatically(LineProblem problem) {
    return problem.retryable() && of(problem.code()).map(c -> c.retry.isAutomatic()).orElse(true);
  }

  /** The name in errors files and reports. */
  public String code() {
    return code;
  }

  /** Whether the same line may work when it is sent again unchanged. */
  public boolean isRetryable() {
    return retry.isRetryable();
  }

  /** A problem of a line. */
  public LineProblem problem(String message) {
    return problem(message, retry.isRetryable());
  }

  /** A problem of a line that is retryable or not depending on what has happened. */
  public LineProblem problem(String message, boolean retryable) {
    return new LineProblem(stage.name().toLowerCase(Locale.ROOT), code, message, retryable);
  }

  /** Its row in the documents, in Markdown. */
  public String row() {
    return "| `" + code + "` | " + meaning + " | " + retry.words() + " |";
  }

  @Override
  public String toString() {
    return code;
  }
}
