package dev.geminibatch.management;

import java.util.List;

/** What the management server asks for. */
public interface HealthReport {

  /** Whether the daemon can do its work at present. */
  List<HealthCheck> readiness();

  /** Whether the process can work at all. */
  List<HealthCheck> liveness();
}
