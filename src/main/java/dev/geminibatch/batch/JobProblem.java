package dev.geminibatch.batch;

import dev.geminibatch.gemini.BatchState;
import dev.geminibatch.request.LineProblem;
import dev.geminibatch.result.AnswerLine;

/** The problem of a request for which its job has no line. */
final class JobProblem {
  private JobProblem() {}

  static LineProblem of(Job job) {
    if (job.reason().isEmpty()) {
      return AnswerLine.missing();
    }
    String state = BatchState.word(job.remoteState().orElse(""));
    boolean refused = state.equals("refused");
    return new LineProblem(
        refused ? "submit" : "collect",
        "job-" + state,
        job.name().map(name -> name + ": ").orElse("") + job.reason().get(),
        !refused);
  }
}
