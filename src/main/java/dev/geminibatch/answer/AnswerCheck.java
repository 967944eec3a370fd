package dev.geminibatch.answer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.geminibatch.answer.AnswerLine.Candidate;
import dev.geminibatch.line.LineProblem;
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

  private static final Set<String> FINISHED = Set.of("", "STOP", "FINISH_REASON_UNSPECIFIED");

  private final Strictness strictness;

  public AnswerCheck(Strictness strictness) {
    this.strictness = strictness;
  }

  /**
   * Why a line is no answer to its request; empty if it is one.
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
              ? problem("blocked", "the prompt was blocked: " + answer.blockReason().get(), false)
              : problem("no-candidate", "the response holds no answer", true));
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
      } catch (JsonProcessingException e) {
        return Optional.of(problem("answer-not-json", "the answer is not JSON: " + where(e), true));
      }
    }
    return strictness == Strictness.LENIENT
        ? Optional.empty()
        : form.misfit(candidate.text(), json)
            .map(
                where ->
                    problem(
                        "answer-schema",
                        "the answer does not fit the schema of its request: " + where,
                        true));
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
    if (FINISHED.contains(reason)) {
      return Optional.empty();
    }
    if (reason.equals("MAX_TOKENS")) {
      return strictness == Strictness.LENIENT && candidate.hasContent()
          ? Optional.empty()
          : Optional.of(
              problem(
                  "cut-off",
                  "the answer was cut off (finishReason MAX_TOKENS); raise"
                      + " generationConfig.maxOutputTokens if it comes again",
                  true));
    }
    String why =
        candidate.finishMessage().isEmpty() ? "" : ", \"" + candidate.finishMessage() + "\"";
    return Optional.of(
        problem(
            "stopped",
            "the model stopped before it had finished (finishReason " + reason + why + ")",
            !REFUSALS.contains(reason)));
  }

  private static Optional<LineProblem> empty(Candidate candidate) {
    return candidate.hasContent()
        ? Optional.empty()
        : Optional.of(problem("empty", "the answer holds no text", true));
  }

  private static LineProblem problem(String code, String message, boolean retryable) {
    return new LineProblem("collect", code, message, retryable);
  }
}
