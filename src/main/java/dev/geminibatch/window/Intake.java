package dev.geminibatch.window;

import dev.geminibatch.control.DryRun;
import dev.geminibatch.control.FailedLines;
import dev.geminibatch.stage.receive.IncomingFiles;

/**
 * Who takes what is sent to the window.
 *
 * @param files takes files for the inboxes
 * @param dryRun inspects them without sending anything
 * @param failedLines sends those of finished runs again
 */
public record Intake(IncomingFiles files, DryRun dryRun, FailedLines failedLines) {}
