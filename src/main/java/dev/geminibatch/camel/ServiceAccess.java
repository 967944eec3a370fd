package dev.geminibatch.camel;

import dev.geminibatch.gemini.Gemini;
import dev.geminibatch.gemini.RetryPolicy;
import dev.geminibatch.gemini.ServiceClock;
import dev.geminibatch.settings.Settings;

/** The gateway to the service, opened when it is first needed: not every command needs it. */
final class ServiceAccess implements AutoCloseable {
  private final Settings.Service settings;
  private final int uploadsAtOnce;
  private final RetryPolicy retries;
  private final ServiceClock clock;
  private Gemini gemini;

  ServiceAccess(
      Settings.Service settings, int uploadsAtOnce, RetryPolicy retries, ServiceClock clock) {
    this.clock = clock;
    this.settings = settings;
    this.uploadsAtOnce = uploadsAtOnce;
    this.retries = retries;
  }

  synchronized Gemini gemini() {
    if (gemini == null) {
      gemini = new Gemini(settings, uploadsAtOnce, retries, clock);
    }
    return gemini;
  }

  @Override
  public synchronized void close() {
    if (gemini != null) {
      gemini.close();
    }
  }
}
