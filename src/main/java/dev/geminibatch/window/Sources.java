package dev.geminibatch.window;

import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.maintenance.ServiceJobs;
import java.time.Clock;

/**
 * Where the pages have what they show, and whom they ask to do something.
 *
 * @param ledger all that is known of runs, jobs and uploads
 * @param outlook how the daemon is
 * @param jobs asks the service for its jobs
 * @param setup what is set
 * @param runs more about each run
 * @param intake who takes what is sent
 */
public record Sources(
    Ledger ledger,
    Outlook outlook,
    Clock clock,
    ServiceJobs jobs,
    Setup setup,
    RunSources runs,
    Intake intake) {}
