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
 * @param isDryRun whether it is only inspected, never sent
 */
public record RunOptions(
    String profile,
    String model,
    Path mediaRoot,
    String displayName,
    boolean forced,
    boolean isDryRun) {}
