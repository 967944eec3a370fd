package dev.geminibatch.extension;

/**
 * What routes get of a run of which nothing could be sent.
 *
 * @param run its id
 * @param name the input's file name
 * @param profile whose settings it went by
 * @param why in words for people
 * @param input path of the input, in the failed folder if it was dropped
 */
public record Failure(String run, String name, String profile, String why, String input) {}
