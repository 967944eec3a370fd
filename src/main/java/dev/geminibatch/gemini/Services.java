package dev.geminibatch.gemini;

import dev.geminibatch.settings.Profiles;
import dev.geminibatch.settings.Settings;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;

/**
 * The gateways to the service: one for each key, so that profiles with the same key share one pace
 * and those with different keys share nothing.
 */
public final class Services implements AutoCloseable {
  private final RetryPolicy retries;
  private final ServiceClock clock;

  /** By the fingerprints of their keys; {@link Profiles} allows one address for a key. */
  private final Map<String, GeminiAccess> opened = new HashMap<>();

  private boolean isStopped;

  /**
   * @param clock ours, taken for the service's until that has answered
   */
  public Services(RetryPolicy retries, Clock clock) {
    this.retries = retries;
    this.clock = new ServiceClock(clock);
  }

  /** The gateway for the key that is set. */
  public synchronized GeminiAccess of(Settings settings) {
    String project = settings.service().requireKey().fingerprint();
    return opened.computeIfAbsent(project, each -> open(settings));
  }

  private GeminiAccess open(Settings settings) {
    GeminiAccess access = new GeminiAccess(settings, retries, clock);
    if (isStopped) {
      access.stop();
    }
    return access;
  }

  /**
   * The gateway for a project that a gateway was asked for before.
   *
   * @param project the fingerprint of its key
   */
  public synchronized GeminiAccess ofProject(String project) {
    GeminiAccess access = opened.get(project);
    if (access == null) {
      throw new NoSuchElementException("No key of project " + project);
    }
    return access;
  }

  /** The service's clock. */
  public Clock clock() {
    return clock;
  }

  /** Cuts off every call under way and lets none begin, for a process that has to end now. */
  public void stop() {
    List<GeminiAccess> all;
    synchronized (this) {
      isStopped = true;
      all = new ArrayList<>(opened.values());
    }
    all.forEach(GeminiAccess::stop);
  }

  @Override
  public synchronized void close() {
    opened.values().forEach(GeminiAccess::close);
  }
}
