package dev.geminibatch.ledger;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.ledger.CreationQueue.Kind;
import dev.geminibatch.ledger.CreationQueue.Place;
import dev.geminibatch.run.Backoff;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.Run;
import dev.geminibatch.service.ErrorClassifier;
import dev.geminibatch.service.ServiceFailure;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * For how long runs wait whose jobs the service has refused for lack of quota. It stays used up for
 * minutes or hours: it comes free when jobs end, and the service does not say when.
 */
public final class QuotaWaits {
  private static final Backoff WAITS = new Backoff(Duration.ofMinutes(1), Duration.ofMinutes(10));

  private QuotaWaits() {}

  /** The place of a run whose job the service did not take. */
  static Place afterRefusal(Run run, Job job, ServiceFailure failure, String besides, Instant now) {
    Duration ours = WAITS.after(run.waiting().tries());
    Duration wait = failure.retryAfter().filter(asked -> asked.compareTo(ours) > 0).orElse(ours);
    return notNow(job, with(outOfQuota(failure.getMessage()), besides), wait, now);
  }

  /**
   * The place of a job that the service took and ended at once, for lack of quota or because it
   * refuses the account.
   *
   * @param besides a sentence about what it waits for; may be empty
   */
  public static Place afterFailure(
      Job job, boolean isAccount, String message, String besides, Instant now) {
    String why = isAccount ? ErrorClassifier.ACCOUNT_REFUSED + message : outOfQuota(message);
    return notNow(job, with(why, besides), WAITS.after(job.creation() - 1), now);
  }

  /**
   * The place of a job that the service had no quota for, now that it is known how much there is.
   *
   * @param message of the service
   */
  public static Place afterLesson(Job job, String message) {
    return new Place(
        Kind.TOKENS,
        job.remote().project().orElseThrow(),
        job.model(),
        outOfQuota(message) + ". It is sent when there is room for it, if need be in parts",
        Duration.ZERO,
        false);
  }

  /** Why nothing is sent, in the words of the service, as a clause. */
  public static String outOfQuota(String message) {
    return "The quota is used up: " + Amounts.clause(message);
  }

  private static String with(String why, String besides) {
    return besides.isEmpty() ? why : Amounts.clause(why) + ". " + besides;
  }

  private static Place notNow(Job job, String why, Duration wait, Instant now) {
    String reason =
        Amounts.clause(why)
            + ". The next try is at "
            + now.plus(wait).truncatedTo(ChronoUnit.SECONDS);
    return new Place(
        Kind.QUOTA, job.remote().project().orElseThrow(), job.model(), reason, wait, true);
  }
}
