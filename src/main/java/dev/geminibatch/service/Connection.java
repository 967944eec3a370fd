package dev.geminibatch.service;

import java.time.Clock;

/**
 * The way to the service with one key, opened when it is first used: not every command needs it.
 */
public final class Connection implements AutoCloseable {
  private final ServiceConfig config;
  private final Opener opener;
  private final ServiceClock clock;
  private RemoteService service;
  private boolean isStopped;

  /** Opens a service. */
  @FunctionalInterface
  public interface Opener {
    /**
     * Opens the service.
     *
     * @param clock to be set by the service's answers
     */
    RemoteService open(ServiceConfig config, ServiceClock clock);
  }

  /**
   * A connection that is not opened yet.
   *
   * @param clock this machine's, taken for the service's until that has answered
   */
  public Connection(ServiceConfig config, Opener opener, Clock clock) {
    this(config, opener, new ServiceClock(clock));
  }

  Connection(ServiceConfig config, Opener opener, ServiceClock clock) {
    this.config = config;
    this.opener = opener;
    this.clock = clock;
  }

  private synchronized RemoteService opened() {
    if (service == null) {
      service = opener.open(config, clock);
      if (isStopped) {
        service.stop();
      }
    }
    return service;
  }

  /** The project's jobs. */
  public BatchService batches() {
    return opened();
  }

  /** The project's files. */
  public FileService files() {
    return opened();
  }

  /** The models that can be asked. */
  public ModelService models() {
    return opened().models();
  }

  /** The project that the key belongs to. */
  public ProjectId project() {
    return config.project();
  }

  /** The service's clock. */
  public Clock clock() {
    return clock;
  }

  /** Aborts every call under way and lets none begin, for a process that has to end now. */
  public synchronized void stop() {
    isStopped = true;
    if (service != null) {
      service.stop();
    }
  }

  @Override
  public synchronized void close() {
    if (service != null) {
      service.close();
    }
  }
}
