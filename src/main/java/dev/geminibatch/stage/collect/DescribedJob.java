package dev.geminibatch.stage.collect;

import dev.geminibatch.run.Job;
import dev.geminibatch.run.Run;
import dev.geminibatch.service.RemoteJob;
import dev.geminibatch.service.RemoteJobState;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.service.ServiceFailure.Kind;
import dev.geminibatch.stage.StageContext;
import java.util.Optional;

/** What the service says now of a job whose answers are missing or odd. */
final class DescribedJob {
  static final String NO_ANSWERS = "NO_ANSWERS";

  private DescribedJob() {}

  /** What it says; empty if it does not know the job. */
  static Optional<RemoteJob> of(StageContext context, Run run, Job job) {
    try {
      return Optional.of(context.connection(run).batches().job(job.name().orElseThrow()));
    } catch (ServiceFailure failure) {
      if (failure.kind() == Kind.NOT_FOUND) {
        return Optional.empty();
      }
      throw failure;
    }
  }

  /**
   * Whether what was fetched, in which no answer was found, cannot be the answers: the service
   * counts some. They are paid for, so their requests are not sent again because of that.
   *
   * @param size of what was fetched
   */
  static boolean hasOtherAnswers(StageContext context, Run run, Job job, long size) {
    Optional<RemoteJob> described = of(context, run, job);
    boolean isCounted = described.filter(seen -> seen.counts().succeeded() > 0).isPresent();
    boolean hasSucceeded =
        described.filter(seen -> seen.state() == RemoteJobState.SUCCEEDED).isPresent();
    return isCounted || hasSucceeded && size == 0;
  }

  /** Has them fetched again later. */
  static ServiceFailure noAnswers(Job job) {
    return new ServiceFailure(
        Kind.UNAVAILABLE,
        NO_ANSWERS,
        "The file with the answers of " + job.shownName() + " holds none of them, or is not theirs",
        Optional.empty(),
        null);
  }
}
