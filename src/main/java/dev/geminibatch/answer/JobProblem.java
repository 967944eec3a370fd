package dev.geminibatch.answer;

import dev.geminibatch.line.LineProblem;
import dev.geminibatch.run.Job;
import dev.geminibatch.service.RemoteJobState;

/** The problem of a request for which its job has no line. */
public final class JobProblem {
  private JobProblem() {}

  public static LineProblem of(Job job) {
    if (job.reason().isEmpty()) {
      return AnswerLine.missing();
    }
    String state = RemoteJobState.word(job.remoteState().orElse(""));
    boolean refused = state.equals("refused");
    return new LineProblem(
        refused ? "submit" : "collect",
        "job-" + state,
        job.name().map(name -> name + ": ").orElse("") + job.reason().get(),
        !refused);
  }
}
