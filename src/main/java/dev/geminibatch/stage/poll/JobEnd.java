package dev.geminibatch.stage.poll;

import dev.geminibatch.run.Job;
import dev.geminibatch.service.ErrorClassifier;
import dev.geminibatch.service.RemoteJob;
import dev.geminibatch.service.RemoteJob.ServiceError;
import dev.geminibatch.service.RemoteJobState;
import dev.geminibatch.service.ServiceWords;
import java.util.Set;

/** What follows from the way in which a job has ended. */
enum JobEnd {
  /** It has answered what it could; each line says for itself what became of it. */
  ANSWERED,
  /**
   * There was no quota for it, or its account was refused, and nothing of it was worked on: it is
   * created again.
   */
  NOT_ADMITTED,
  /** A person ended it, here or elsewhere. */
  CANCELLED,
  /** It was cancelled because it took longer than is allowed. */
  STUCK,
  /** The service names lines that it does not take; the others can be sent without them. */
  LINES_REFUSED,
  /** The file with its requests, or one that they name, is gone; another upload is the remedy. */
  FILE_GONE,
  /** Anything else. The reason says whether it may pass, see {@code JobProblem}. */
  FAILED;

  /** What a service says of a job that it ends because it was asked to. */
  private static final Set<String> WORDS_FOR_A_CANCELLATION = Set.of("", "CANCELLED", "INTERNAL");

  /**
   * Classifies the end of a job. This is the one place that does so.
   *
   * @param seen which has ended, and is not {@linkplain RemoteJob#isUnexplained unexplained}
   */
  static JobEnd of(Job job, RemoteJob seen) {
    String status = seen.error().map(ServiceError::status).orElse("");
    String message = seen.error().map(ServiceError::message).orElse("");
    if (seen.state() == RemoteJobState.SUCCEEDED || !seen.state().isEnded()) {
      return ANSWERED;
    }
    boolean isFailed = seen.state() == RemoteJobState.FAILED;
    boolean isCancelled =
        seen.state() == RemoteJobState.CANCELLED
            || isFailed && WORDS_FOR_A_CANCELLATION.contains(status);
    if (isCancelled && job.times().givenUp().isPresent()) {
      return STUCK;
    }
    if (seen.state() == RemoteJobState.CANCELLED || isCancelled && job.cancelAsked()) {
      return CANCELLED;
    }
    boolean isUntouched = seen.answers().isEmpty() && seen.counts().succeeded() == 0;
    if (isFailed && !ServiceWords.refusedLines(message, job.requests()).isEmpty()) {
      return LINES_REFUSED;
    }
    if (isFailed && isUntouched && !job.cancelAsked() && mayNotRunNow(seen)) {
      return NOT_ADMITTED;
    }
    boolean isAboutFile =
        ServiceWords.isDeadFile(message) && !ServiceWords.fileIds(message).isEmpty();
    return isFailed && isAboutFile ? FILE_GONE : FAILED;
  }

  private static boolean mayNotRunNow(RemoteJob seen) {
    return isAccount(seen)
        || seen.error().filter(error -> error.status().equals("RESOURCE_EXHAUSTED")).isPresent();
  }

  /** Whether it ended because the service refuses the account. */
  static boolean isAccount(RemoteJob seen) {
    return seen.error()
        .filter(
            error ->
                ErrorClassifier.isAccount(error.code(), error.message() + " " + error.details()))
        .isPresent();
  }
}
