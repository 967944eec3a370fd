package dev.geminibatch.answer;

import dev.geminibatch.line.LineProblem;
import dev.geminibatch.line.ProblemCode;
import dev.geminibatch.run.Job;
import dev.geminibatch.service.RemoteJobState;
import dev.geminibatch.service.RpcCode;
import java.util.Optional;

/** The problem of a request for which its job has no line. */
public final class JobProblem {
  private JobProblem() {}

  /**
   * How a job ended without the service saying so. The ledger keeps the name where the service's
   * word for its state would stand.
   */
  public enum Kind {
    /** The service does not take the job. */
    REFUSED,
    /** The service does not take some lines of the job; the others are sent without them. */
    LINES_REFUSED,
    /** Its one line has more tokens than may be enqueued. */
    OVER_QUOTA,
    /** A file of the job grew too old while the job waited. */
    FILES_GONE,
    /** The input was changed while the job waited. */
    INPUT_CHANGED,
    /** The service does not have the answers any more. */
    ANSWERS_GONE,
    /** The service is done with the job and has named neither answers nor an error. */
    NO_OUTPUT,
    /** The service does not know the job any more. */
    GONE,
    /** It took longer than is allowed and was cancelled. */
    STUCK,
    /** It was not sent, because a person has cancelled its run. */
    RUN_CANCELLED
  }

  /**
   * The problem of a request of a job that has ended, and whose run a person has cancelled. What a
   * run would have sent again ends with that.
   */
  static LineProblem ofCancelledRun(Job job) {
    LineProblem problem = of(job);
    return problem.retryable() ? runCancelled(job) : problem;
  }

  private static LineProblem runCancelled(Job job) {
    return ProblemCode.RUN_CANCELLED.problem(
        job.name().map(name -> name + ": ").orElse("")
            + "the run was cancelled before the request was "
            + (job.name().isPresent() ? "answered" : "sent"));
  }

  /** The problem of a request of a job that has ended. */
  public static LineProblem of(Job job) {
    if (job.reason().isEmpty()) {
      return AnswerLine.missing();
    }
    if (job.remote().state().equals(Optional.of(Kind.RUN_CANCELLED.name()))) {
      return runCancelled(job);
    }
    if (job.remote().state().equals(Optional.of(Kind.OVER_QUOTA.name()))) {
      return ProblemCode.OVER_QUOTA.problem(job.reason().get());
    }
    String name = "job-" + RemoteJobState.word(job.remote().state().orElse(""));
    String message = job.name().map(known -> known + ": ").orElse("") + job.reason().get();
    Optional<ProblemCode> code = ProblemCode.of(name);
    if (code.equals(Optional.of(ProblemCode.JOB_FAILED))) {
      // The reason begins with the service's name for it.
      String status = job.reason().get().replaceFirst("(?s):.*", "");
      return ProblemCode.JOB_FAILED.problem(message, !RpcCode.isFinal(status));
    }
    return code.isPresent()
        ? code.get().problem(message)
        : new LineProblem("collect", name, message, true); // a state that is new to us
  }
}
