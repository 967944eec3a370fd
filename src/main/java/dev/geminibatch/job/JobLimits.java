package dev.geminibatch.job;

/**
 * How large one job may be.
 *
 * @param maxRequests in one job
 * @param maxBytes of one job's file; the service takes 2 GB
 * @param maxTokens that its requests put in, corrected; a request with more gets a job of its own
 */
public record JobLimits(int maxRequests, long maxBytes, long maxTokens) {
  /** In place of a number of tokens. */
  public static final long ANY = Long.MAX_VALUE;

  /** The same with another limit to the tokens. */
  public JobLimits withMaxTokens(long tokens) {
    return new JobLimits(maxRequests, maxBytes, tokens);
  }
}
