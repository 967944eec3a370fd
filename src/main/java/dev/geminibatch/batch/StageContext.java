package dev.geminibatch.batch;

import dev.geminibatch.settings.Settings;
import java.time.Clock;

/** What every stage works with. */
public record StageContext(
    Ledger ledger, RunClaims claims, Settings settings, Clock clock, Progress progress) {}
