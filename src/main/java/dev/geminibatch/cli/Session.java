package dev.geminibatch.cli;

import dev.geminibatch.gemini.RetryPolicy;
import dev.geminibatch.settings.Settings;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;

/**
 * What every command works with.
 *
 * @param configFiles the strongest first
 */
record Session(
    Options options,
    Settings settings,
    List<Path> configFiles,
    RetryPolicy retries,
    Terminal terminal,
    Clock clock) {}
