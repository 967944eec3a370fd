package dev.geminibatch.job;

import dev.geminibatch.line.LineProblem;

/**
 * A line that was never sent, as it is kept until the run is delivered.
 *
 * @param line its number in the input
 * @param offset where it begins in the input
 * @param size its length in bytes
 */
public record Rejection(long line, long offset, long size, LineProblem problem) {}
