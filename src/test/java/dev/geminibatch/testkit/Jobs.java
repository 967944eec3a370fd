package dev.geminibatch.testkit;

import dev.geminibatch.line.TokenKind;
import dev.geminibatch.line.TokensByKind;
import dev.geminibatch.run.Job;

/** Sizes of jobs. */
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
}
