package dev.geminibatch.service;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * The connections to the service: one for each key, so that profiles with the same key share one
 * throttle and those with different keys share nothing.
 */
public final class Connections implements AutoCloseable {
  private final Connection.Opener opener;
  private final ServiceClock clock;

  /** The configuration allows one address for a key. */
  private final Map<ProjectId, Connection> byProject = new HashMap<>();

  private boolean isStopped;

  /**
   * No connection is opened yet.
   *
   * @param clock this machine's, taken for the service's until that has answered
   */
  public Connections(Connection.Opener opener, Clock clock) {
    this.opener = opener;
    this.clock = new ServiceClock(clock);
  }

  /** The connection for the key that is set. */
  public synchronized Connection of(ServiceConfig config) {
    return byProject.computeIfAbsent(config.project(), project -> connect(config));
  }

  private Connection connect(ServiceConfig config) {
    Connection connection = new Connection(config, opener, clock);
    if (isStopped) {
      connection.stop();
    }
    return connection;
  }

  /** The connection for a project that was asked for by its key before. */
  public synchronized Connection ofProject(ProjectId project) {
    Connection connection = byProject.get(project);
    if (connection == null) {
      throw new NoSuchElementException("No key of project " + project);
    }
    return connection;
  }

  /** The service's clock. */
  public Clock clock() {
    return clock;
  }

  /** How far the service's clock is ahead of ours; empty until the service has answered. */
  public Optional<Duration> clockAhead() {
    return clock.ahead();
  }

  /** Aborts every call under way and lets none begin, for a process that has to end now. */
  public void stop() {
    List<Connection> all;
    synchronized (this) {
      isStopped = true;
      all = new ArrayList<>(byProject.values());
    }
    all.forEach(Connection::stop);
  }

  @Override
  public synchronized void close() {
    byProject.values().forEach(Connection::close);
  }
}
