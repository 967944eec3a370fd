package dev.geminibatch.run;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Which of our runs a thread works on, or is about to: one thread a run at a time. */
public final class BusyRuns {
  private final Leases leases;
  private final Set<String> busy = ConcurrentHashMap.newKeySet();

  public BusyRuns(Leases leases) {
    this.leases = leases;
  }

  /**
   * Begins work on a run, or puts it in the queue for it; false if another process has it or it is
   * busy already.
   */
  public boolean begin(String runId) {
    return leases.acquire(runId) && busy.add(runId);
  }

  /** As {@link #begin}, for a run that is ours as long as nobody finishes it. */
  public boolean beginOurs(String runId) {
    if (!busy.add(runId)) {
      return false;
    }
    if (!leases.isOurs(runId)) {
      busy.remove(runId);
      return false;
    }
    return true;
  }

  /** Ends the work that {@link #begin} allowed. */
  public void end(String runId) {
    busy.remove(runId);
  }
}
