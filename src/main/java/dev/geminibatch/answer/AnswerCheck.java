package dev.geminibatch.answer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.geminibatch.answer.AnswerLine.Candidate;
import dev.geminibatch.line.LineProblem;
import dev.geminibatch.line.ProblemCode;
import java.util.Optional;
import java.util.Set;

/** Tells answers from what only looks like one. */
public final class AnswerCheck {
  /** The model or a filter has refused; asking again in the same words changes nothing. */
  private static final Set<String> REFUSALS =
      Set.of(
          "SAFETY",
          "PROHIBITED_CONTENT",
          "BLOCKLIST",
          "SPII",
          "IMAGE_SAFETY",
          "IMAGE_PROHIBITED_CONTENT");

  private final Strictness strictness;

  public AnswerCheck(Strictness strictness) {
    this.strictness = strictness;
  }

  /**
   * Why a line does not count as the answer to its request; empty if it does.
   *
   * @param form what the request asks for
   */
  Optional<LineProblem> problemOf(AnswerLine answer, AnswerForm form) {
    if (answer.error().isPresent() || strictness == Strictness.OFF) {
      return answer.error();
    }
    if (answer.candidate().isEmpty()) {
      return Optional.of(
          answer.blockReason().isPresent()
              ? ProblemCode.BLOCKED.problem("the prompt was blocked: " + answer.blockReason().get())
              : ProblemCode.NO_CANDIDATE.problem("the response holds no answer"));
    }
    Candidate candidate = answer.candidate().get();
    Optional<LineProblem> problem = unfinished(candidate).or(() -> empty(candidate));
    if (problem.isPresent() || candidate.text().isBlank()) {
      return problem; // a call of a function has no text that could have a form
    }
    return formless(candidate, form);
  }

  private Optional<LineProblem> formless(Candidate candidate, AnswerForm form) {
    JsonNode json = null;
    if (form.isJson()) {
      try {
        json = AnswerForm.parse(candidate.text());
      } catch (StreamConstraintsException e) {
        form.addUnchecked(); // nested too deeply, or a number of a thousand digits
        return Optional.empty();
      } catch (JsonProcessingException e) {
        return Optional.of(
            ProblemCode.ANSWER_NOT_JSON.problem("the answer is not JSON: " + where(e)));
      }
    }
    return strictness == Strictness.LENIENT
        ? Optional.empty()
        : form.misfit(candidate.text(), json)
            .map(
                where ->
                    ProblemCode.ANSWER_SCHEMA.problem(
                        "the answer does not fit the schema of its request: " + where));
  }

  private static String where(JsonProcessingException e) {
    return e.getOriginalMessage()
        + " (line "
        + e.getLocation().getLineNr()
        + ", column "
        + e.getLocation().getColumnNr()
        + ")";
  }

  private Optional<LineProblem> unfinished(Candidate candidate) {
    String reason = candidate.finishReason();
    if (candidate.isFinished()) {
      return Optional.empty();
    }
    if (candidate.isTruncated()) {
      return strictness == Strictness.LENIENT && candidate.hasContent()
          ? Optional.empty()
          : Optional.of(
              ProblemCode.CUT_OFF.problem(
                  "the answer was truncated (finishReason MAX_TOKENS); raise"
                      + " generationConfig.maxOutputTokens if it comes again"));
    }
    String why =
        candidate.finishMessage().isEmpty() ? "" : ", \"" + candidate.finishMessage() + "\"";
    return Optional.of(
        ProblemCode.STOPPED.problem(
            "the model stopped before it had finished (finishReason " + reason + why + ")",
            !REFUSALS.contains(reason)));
  }

  private static Optional<LineProblem> empty(Candidate candidate) {
    return candidate.hasContent()
        ? Optional.empty()
        : Optional.of(ProblemCode.EMPTY.problem("the answer holds no text"));
  }
}
