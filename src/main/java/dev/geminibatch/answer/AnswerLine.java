package dev.geminibatch.answer;

import dev.geminibatch.line.LineProblem;
import dev.geminibatch.line.ProblemCode;
import dev.geminibatch.line.RequestKey;
import dev.geminibatch.service.Tokens;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;

/**
 * One line of a job's answers.
 *
 * @param key as the service gave it back; empty if it gave none or {@code null}
 * @param keyStart where the key's JSON, or {@code null}, begins in the line, in bytes
 * @param keyEnd where it ends; 0 if the line has no such field
 * @param error why this is no response at all; empty for a response, whatever is in it
 * @param candidate of a response the first complete candidate; if none is complete, the first of
 *     those that come nearest
 * @param blockReason why the prompt was blocked
 */
public record AnswerLine(
    Optional<String> key,
    int keyStart,
    int keyEnd,
    Optional<LineProblem> error,
    Optional<Candidate> candidate,
    Optional<String> blockReason,
    Tokens tokens) {

  /**
   * What a model answered.
   *
   * @param finishReason empty if the service gave none
   * @param hasContent whether there is more than thoughts and blank text
   * @param text its text without thoughts
   */
  public record Candidate(
      String finishReason, String finishMessage, boolean hasContent, String text) {
    private static final Set<String> FINISHED = Set.of("", "STOP", "FINISH_REASON_UNSPECIFIED");

    /** Whether the model has said all that it wanted to. */
    boolean isFinished() {
      return FINISHED.contains(finishReason);
    }

    /** Whether only the limit of the request ended it. */
    boolean isTruncated() {
      return finishReason.equals("MAX_TOKENS");
    }

    /** The more, the sooner it counts as the answer. */
    int worth() {
      return !hasContent ? 0 : isFinished() ? 2 : isTruncated() ? 1 : 0;
    }
  }

  /**
   * Reads a line.
   *
   * @throws IOException when it is not JSON
   */
  public static AnswerLine read(byte[] line) throws IOException {
    return new AnswerLineReader(line).read();
  }

  /** Whether the line says that it has no key: {@code "key":null}. */
  boolean isWithoutKey() {
    return key.isEmpty() && keyEnd > 0;
  }

  /** The same line under another key; it must have a place for one. */
  byte[] withKey(byte[] line, RequestKey other) {
    byte[] own = other.json().getBytes(StandardCharsets.UTF_8);
    byte[] result = new byte[line.length - (keyEnd - keyStart) + own.length];
    System.arraycopy(line, 0, result, 0, keyStart);
    System.arraycopy(own, 0, result, keyStart, own.length);
    System.arraycopy(line, keyEnd, result, keyStart + own.length, line.length - keyEnd);
    return result;
  }

  /** The problem of a request for which no answer came. */
  public static LineProblem missing() {
    return ProblemCode.NO_ANSWER.problem(
        "the job ended without an answer to this request; send it again");
  }
}
