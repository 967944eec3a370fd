package dev.geminibatch.wiring;

import dev.geminibatch.service.CallObserver;
import dev.geminibatch.service.Connection;
import dev.geminibatch.service.RemoteService;
import dev.geminibatch.service.RetryPolicy;
import dev.geminibatch.service.ServiceClock;
import dev.geminibatch.service.ServiceConfig;
import dev.geminibatch.service.gemini.GeminiService;

/** Chooses the implementation of the service; the only class that knows which there are. */
public final class ServiceFactory implements Connection.Opener {
  private final RetryPolicy retries;
  private final CallObserver observer;

  public ServiceFactory(RetryPolicy retries) {
    this(retries, CallObserver.NONE);
  }

  /**
   * The same with somebody who watches.
   *
   * @param observer receives how each call went
   */
  public ServiceFactory(RetryPolicy retries, CallObserver observer) {
    this.retries = retries;
    this.observer = observer;
  }

  /** The same for a person who waits for one answer. */
  public ServiceFactory impatient() {
    return new ServiceFactory(retries.impatient(), observer);
  }

  @Override
  public RemoteService open(ServiceConfig config, ServiceClock clock) {
    return new GeminiService(config, retries, clock, observer);
  }
}
