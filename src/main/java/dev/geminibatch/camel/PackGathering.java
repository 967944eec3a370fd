package dev.geminibatch.camel;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.apache.camel.AggregationStrategy;
import org.apache.camel.Exchange;

/**
 * Gathers small runs that arrive one after the other. The runs themselves are in the ledger, so
 * nothing grows here, and nothing is lost with the process.
 */
public final class PackGathering implements AggregationStrategy {
  private static final String SINCE = "gatheringSince";
  private static final String COUNT = "gathered";

  private final Duration longest;
  private final int most;
  private final Clock clock;

  /**
   * @param longest how long they gather at the most
   * @param most how many a pack takes
   */
  PackGathering(Duration longest, int most, Clock clock) {
    this.longest = longest;
    this.most = most;
    this.clock = clock;
  }

  @Override
  public Exchange aggregate(Exchange before, Exchange next) {
    Exchange gathered = before == null ? next : before;
    if (before == null) {
      next.setProperty(SINCE, clock.instant());
    }
    gathered.setProperty(COUNT, gathered.getProperty(COUNT, 0, Integer.class) + 1);
    return gathered;
  }

  /**
   * Whether they have gathered for long enough although further ones arrive, or more would not fit
   * into a pack: then the service works on it while the others arrive. For the route.
   */
  public boolean isOver(Exchange gathered) {
    Instant since = gathered.getProperty(SINCE, Instant.class);
    return gathered.getProperty(COUNT, Integer.class) >= most
        || !clock.instant().isBefore(since.plus(longest));
  }
}
