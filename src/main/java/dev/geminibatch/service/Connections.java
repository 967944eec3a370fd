package dev.geminibatch.service;

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
public final class Connections implements AutoCloseable {
  private final RetryPolicy retries;
  private final ServiceClock clock;

  /** By the fingerprints of their keys; {@link Profiles} allows one address for a key. */
  private final Map<String, Connection> opened = new HashMap<>();

  private boolean isStopped;

  /**
   * @param clock ours, taken for the service's until that has answered
   */
  public Connections(RetryPolicy retries, Clock clock) {
    this.retries = retries;
    this.clock = new ServiceClock(clock);
  }

  /** The gateway for the key that is set. */
  public synchronized Connection of(Settings settings) {
    String project = settings.service().requireKey().fingerprint();
    return opened.computeIfAbsent(project, each -> open(settings));
  }

  private Connection open(Settings settings) {
    Connection access = new Connection(settings, retries, clock);
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
  public synchronized Connection ofProject(String project) {
    Connection access = opened.get(project);
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
    List<Connection> all;
    synchronized (this) {
      isStopped = true;
      all = new ArrayList<>(opened.values());
    }
    all.forEach(Connection::stop);
  }

  @Override
  public synchronized void close() {
    opened.values().forEach(Connection::close);
  }
}
