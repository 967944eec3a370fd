package dev.geminibatch.management;

import java.lang.management.ManagementFactory;

/** Whether this process can work at all; if not, only a restart helps. */
final class ProcessHealth implements HealthCheck {
  @Override
  public String name() {
    return "process";
  }

  @Override
  public Health check() {
    long[] locked = ManagementFactory.getThreadMXBean().findDeadlockedThreads();
    return locked == null
        ? Health.well("The process works")
        : Health.unwell(locked.length + " threads wait for each other; restart the process");
  }
}
