package dev.geminibatch.testkit;

import dev.geminibatch.ledger.CreationQueue;
import dev.geminibatch.line.TokenKind;
import dev.geminibatch.line.TokensByKind;
import dev.geminibatch.run.Job;

/** Sizes of jobs, and room for them. */
public final class Jobs {
  private Jobs() {}

  /** So many requests of one token each. */
  public static Job.Size requests(long count) {
    return tokens(count, count);
  }

  /** So many requests with so many tokens in all. */
  public static Job.Size tokens(long requests, long tokens) {
    return new Job.Size(requests, TokensByKind.of(TokenKind.LATIN, tokens), tokens);
  }

  /** Room for so many jobs, and any number of tokens. */
  public static CreationQueue.Room room(int jobs) {
    return new CreationQueue.Room(jobs, Long.MAX_VALUE);
  }
}
