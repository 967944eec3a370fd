package dev.geminibatch.run;

import java.nio.file.Path;

/**
 * The file that a run was made of.
 *
 * @param name its file name
 * @param source where it came from
 * @param fromInbox whether it was dropped, as opposed to given on the command line
 * @param size in bytes as it was received; 0 before that
 * @param modified its time in milliseconds since 1970 as it was received; 0 before that
 */
public record RunInput(String name, Path source, boolean fromInbox, long size, long modified) {}
