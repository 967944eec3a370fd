package dev.geminibatch.run;

import java.nio.file.Path;

/**
 * What was asked for when a run was received.
 *
 * @param profile whose settings it goes by
 * @param model for lines that name none
 * @param mediaRoot that its tags start from
 * @param displayName of its jobs in listings
 * @param forced whether it is sent although the same content was answered before
 * @param priority its share of turns when runs wait for the same room, 1 to 9
 * @param isDryRun whether it is only inspected, never sent
 */
public record RunOptions(
    String profile,
    String model,
    Path mediaRoot,
    String displayName,
    boolean forced,
    int priority,
    boolean isDryRun) {
  /** Of a run for which nothing else is said. */
  public static final int USUAL_PRIORITY = 5;

  /** Of a run that gets the most turns. */
  public static final int HIGHEST_PRIORITY = 9;
}
