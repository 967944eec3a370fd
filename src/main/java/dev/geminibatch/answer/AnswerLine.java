package dev.geminibatch.answer;

import com.fasterxml.jackson.core.JsonParser;
import dev.geminibatch.line.LargeJson;
import dev.geminibatch.line.LineProblem;
import dev.geminibatch.line.ProblemCode;
import dev.geminibatch.service.Tokens;
import java.io.IOException;
import java.util.Optional;

/**
 * One line of a job's answers.
 *
 * @param key as the service gave it back; empty if it gave none
 * @param keyStart where the key's JSON begins in the line, in bytes
 * @param keyEnd where it ends
 * @param error why this is no response at all; empty for a response, whatever is in it
 * @param candidate the first candidate of a response
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
      String finishReason, String finishMessage, boolean hasContent, String text) {}

  /**
   * Reads a line.
   *
   * @throws IOException when it is not JSON
   */
  public static AnswerLine read(byte[] line) throws IOException {
    try (JsonParser parser = LargeJson.FACTORY.createParser(line)) {
      return new AnswerLineReader(parser).read();
    }
  }

  /** The problem of a request for which no answer came. */
  public static LineProblem missing() {
    return ProblemCode.NO_ANSWER.problem(
        "the job ended without an answer to this request; send it again");
  }
}
