package dev.geminibatch.window;

import dev.geminibatch.control.DryRun;
import dev.geminibatch.control.FailedLines;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.stage.receive.IncomingFiles;
import java.time.Clock;

/**
 * Where the pages have what they show, and whom they ask to do something.
 *
 * @param ledger all that is known of runs, jobs and uploads
 * @param files takes files for the inboxes
 * @param dryRun inspects them without sending anything
 * @param failedLines sends those of finished runs again
 */
public record Sources(
    Ledger ledger, Clock clock, IncomingFiles files, DryRun dryRun, FailedLines failedLines) {}
