package dev.geminibatch.window;

import dev.geminibatch.cost.Prices;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.Run;
import dev.geminibatch.service.Tokens;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * What a run costs.
 *
 * @param spent by the tokens that the service has counted
 * @param expected in all, with what the jobs are likely to cost whose answers are not here
 * @param isFinal whether nothing more is expected
 */
record RunCost(Money spent, Money expected, boolean isFinal) {

  /**
   * By what the jobs of a run have used and will.
   *
   * @param output tokens of an answer that a job is likely to have
   */
  static RunCost of(Run run, List<Job> jobs, Prices prices, ToLongFunction<Job> output) {
    Map<String, Tokens> spent = new HashMap<>();
    Map<String, Tokens> expected = new HashMap<>();
    for (Job job : jobs) {
      Tokens counted = job.outcome().tokens();
      if (!counted.equals(Tokens.NONE)) {
        spent.merge(job.model(), counted, Tokens::plus);
        expected.merge(job.model(), counted, Tokens::plus);
      } else if (!run.state().isFinished() && mayCost(job)) {
        expected.merge(job.model(), estimated(job, output.applyAsLong(job)), Tokens::plus);
      }
    }
    return new RunCost(
        Money.of(prices.cost(spent)), Money.of(prices.cost(expected)), spent.equals(expected));
  }

  private static boolean mayCost(Job job) {
    boolean hasAnswers = job.state() == JobState.ENDED && job.responsesFile().isPresent();
    return job.state().compareTo(JobState.ENDED) < 0 || hasAnswers;
  }

  private static Tokens estimated(Job job, long ofEach) {
    return new Tokens(job.size().tokens(), job.requests() * ofEach, 0, 0);
  }

  /** For a person; empty if there is nothing to pay. */
  String inWords() {
    if (isFinal) {
      return expected.equals(Money.NONE) ? "" : spent.inWords();
    }
    boolean isBegun = !spent.equals(Money.NONE);
    return (isBegun ? spent.inWords() + " of " : "") + about(expected);
  }

  private static String about(Money money) {
    return money.amounts().isEmpty() ? money.inWords() : "about " + money.inWords();
  }
}
