package dev.geminibatch.cli;

import dev.geminibatch.gemini.GeminiAccess;
import dev.geminibatch.gemini.RetryPolicy;
import dev.geminibatch.settings.Settings;
import java.time.Clock;
import java.util.Map;

/**
 * What every command works with.
 *
 * @param properties every key of the configuration files but secrets
 */
record Session(
    Options options,
    Settings settings,
    Map<String, String> properties,
    RetryPolicy retries,
    Terminal terminal,
    Clock clock) {

  /** The gateway for a person who waits for one answer; to be closed by whoever asks. */
  GeminiAccess service() {
    return new GeminiAccess(settings, retries.impatient(), clock);
  }
}
