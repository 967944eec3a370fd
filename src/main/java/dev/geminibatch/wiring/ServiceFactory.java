package dev.geminibatch.wiring;

import dev.geminibatch.service.Connection;
import dev.geminibatch.service.RemoteService;
import dev.geminibatch.service.RetryPolicy;
import dev.geminibatch.service.ServiceClock;
import dev.geminibatch.service.ServiceConfig;
import dev.geminibatch.service.gemini.GeminiService;

/** Chooses the implementation of the service; the only class that knows which there are. */
public final class ServiceFactory implements Connection.Opener {
  private final RetryPolicy retries;

  public ServiceFactory(RetryPolicy retries) {
    this.retries = retries;
  }

  /** The same for a person who waits for one answer. */
  public ServiceFactory impatient() {
    return new ServiceFactory(retries.impatient());
  }

  @Override
  public RemoteService open(ServiceConfig config, ServiceClock clock) {
    return new GeminiService(config, retries, clock);
  }
}
