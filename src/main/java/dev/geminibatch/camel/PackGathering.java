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

  private final Duration longest;
  private final Clock clock;

  /**
   * @param longest how long they gather at the most
   */
  PackGathering(Duration longest, Clock clock) {
    this.longest = longest;
    this.clock = clock;
  }

  @Override
  public Exchange aggregate(Exchange before, Exchange next) {
    if (before != null) {
      return before;
    }
    next.setProperty(SINCE, clock.instant());
    return next;
  }

  /** Whether they have gathered for long enough although further ones arrive; for the route. */
  public boolean isOver(Exchange gathered) {
    Instant since = gathered.getProperty(SINCE, Instant.class);
    return !clock.instant().isBefore(since.plus(longest));
  }
}
