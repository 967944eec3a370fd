package dev.geminibatch.job;

/**
 * How large one pack may be.
 *
 * @param maxMembers jobs in it
 * @param maxRequests in all of them
 * @param maxBytes of its file
 * @param maxTokens that it may put in
 */
public record PackLimits(int maxMembers, long maxRequests, long maxBytes, long maxTokens) {
  /** A larger job is sent alone: it gains nothing. */
  public static final long MAX_MEMBER_BYTES = 8 << 20;

  /** Jobs in one pack, whatever else would allow more. */
  public static final int MOST_MEMBERS = 5000;

  /** What bounds the memory and the time that a pack takes here, whatever the service takes. */
  private static final PackLimits OURS =
      new PackLimits(MOST_MEMBERS, 100_000, 64 << 20, Long.MAX_VALUE);

  /** The limits of packs whose jobs may be so large. */
  public static PackLimits of(JobLimits jobs, long maxTokens) {
    return new PackLimits(
        OURS.maxMembers,
        Math.min(OURS.maxRequests, jobs.maxRequests()),
        Math.min(OURS.maxBytes, jobs.maxBytes()),
        maxTokens);
  }

  /** The same with fewer jobs in it, if that is fewer. */
  public PackLimits ofMembers(int most) {
    return new PackLimits(Math.min(most, maxMembers), maxRequests, maxBytes, maxTokens);
  }
}
