package dev.geminibatch.window;

import dev.geminibatch.ledger.Ledger;
import java.time.Clock;

/**
 * Where the pages have what they show, and whom they ask to do something.
 *
 * @param ledger all that is known of runs, jobs and uploads
 * @param outlook what is set, and how the daemon is
 */
public record Sources(Ledger ledger, Outlook outlook, Clock clock) {}
