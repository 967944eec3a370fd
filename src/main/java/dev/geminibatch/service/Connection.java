package dev.geminibatch.service;

import dev.geminibatch.service.gemini.GeminiService;
import dev.geminibatch.settings.Settings;
import java.time.Clock;

/** The gateway to the service, opened when it is first needed: not every command needs it. */
public final class Connection implements AutoCloseable {
  private final Settings settings;
  private final RetryPolicy retries;
  private final ServiceClock clock;
  private GeminiService gemini;
  private boolean isStopped;

  /**
   * @param clock ours, taken for the service's until that has answered
   */
  public Connection(Settings settings, RetryPolicy retries, Clock clock) {
    this(settings, retries, new ServiceClock(clock));
  }

  Connection(Settings settings, RetryPolicy retries, ServiceClock clock) {
    this.settings = settings;
    this.retries = retries;
    this.clock = clock;
  }

  /** The gateway. */
  public synchronized GeminiService gemini() {
    if (gemini == null) {
      gemini =
          new GeminiService(settings.service(), settings.uploads().concurrency(), retries, clock);
      if (isStopped) {
        gemini.stop();
      }
    }
    return gemini;
  }

  /** The fingerprint of the key, which stands for its project. */
  public String project() {
    return settings.service().requireKey().fingerprint();
  }

  /** The service's clock. */
  public Clock clock() {
    return clock;
  }

  /** Cuts off every call under way and lets none begin, for a process that has to end now. */
  public synchronized void stop() {
    isStopped = true;
    if (gemini != null) {
      gemini.stop();
    }
  }

  @Override
  public synchronized void close() {
    if (gemini != null) {
      gemini.close();
    }
  }
}
