package dev.geminibatch.job;

/**
 * How large one job may be.
 *
 * @param maxRequests in one job
 * @param maxBytes of one job's file; the service takes 2 GB
 */
public record JobLimits(int maxRequests, long maxBytes) {}
