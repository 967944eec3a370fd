package dev.geminibatch.batch;

import dev.geminibatch.request.LineProblem;
import dev.geminibatch.result.AnswerLine;
import java.util.Locale;

/** The problem of a request for which its job has no line. */
final class JobProblem {
  private JobProblem() {}

  static LineProblem of(Job job) {
    if (job.reason().isEmpty()) {
      return AnswerLine.missing();
    }
    String state = job.remoteState().orElse("").replaceFirst("^(BATCH|JOB)_STATE_", "");
    boolean refused = state.equals("REFUSED");
    return new LineProblem(
        refused ? "submit" : "collect",
        "job-" + state.toLowerCase(Locale.ROOT),
        job.name().map(name -> name + ": ").orElse("") + job.reason().get(),
        !refused);
  }
}
