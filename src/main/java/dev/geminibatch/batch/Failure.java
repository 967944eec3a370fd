package dev.geminibatch.batch;

/**
 * What routes are told of a run of which nothing could be sent.
 *
 * @param run its id
 * @param name the input's file name
 * @param why in words for people
 * @param input path of the input, in the failed folder if it was dropped
 */
public record Failure(String run, String name, String why, String input) {}
