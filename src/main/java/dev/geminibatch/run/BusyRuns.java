package dev.geminibatch.run;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Which of our runs a thread works on, or is about to: one thread a run at a time. */
public final class BusyRuns {
  private final Leases leases;
  private final WorkInHand work;
  private final Set<String> busy = ConcurrentHashMap.newKeySet();

  /** Runs that a person has paused or cancelled, as far as this process knows. */
  private volatile Set<String> stopped = Set.of();

  /** The run that no other may be worked on beside, or that waits until none is. */
  private String alone;

  public BusyRuns(Leases leases, WorkInHand work) {
    this.leases = leases;
    this.work = work;
  }

  /**
   * Begins work on a run, or puts it in the queue for it; false if another process has it, it is
   * busy already, or another run is to be worked on alone.
   */
  public boolean begin(String runId) {
    return leases.acquire(runId) && add(runId);
  }

  /** As {@link #begin}, for a run that is ours as long as nobody finishes it. */
  public boolean beginOurs(String runId) {
    if (!add(runId)) {
      return false;
    }
    if (!leases.isOurs(runId)) {
      end(runId);
      return false;
    }
    return true;
  }

  private synchronized boolean add(String runId) {
    if (alone != null && work.isStuck(alone)) {
      alone = null;
    }
    boolean mayBegin = alone == null || alone.equals(runId) && isIdle();
    return mayBegin && busy.add(runId);
  }

  /**
   * From now on only this run is begun, when nothing else is busy; after its end all others again.
   *
   * @param runId null if no run is to be alone; one that is busy stays alone
   */
  public synchronized void reserve(String runId) {
    if (alone == null || !busy.contains(alone)) {
      alone = runId;
    }
  }

  /** The run that is worked on alone has been alone long enough: others may begin beside it. */
  public synchronized void share() {
    alone = null;
  }

  /** Whether a run is worked on, or about to be. */
  public boolean isBusy(String runId) {
    return busy.contains(runId);
  }

  /** Whether the work on a run was given up, although it may not have ended yet. */
  public boolean isStuck(String runId) {
    return work.isStuck(runId);
  }

  /**
   * The thread that calls this works on a run beside the one that has begun it: it is interrupted
   * with that one if the work is given up, and what it logs names the run.
   */
  public WorkInHand.Help help(Run run) {
    return work.help(run);
  }

  /**
   * Waits until fewer runs than that are worked on, or queue for it.
   *
   * @param patience to wait so long
   * @return whether there are fewer
   */
  public synchronized boolean awaitFewer(int most, Duration patience) throws InterruptedException {
    long until = System.nanoTime() + patience.toNanos();
    while (busy.size() >= most) {
      long left = until - System.nanoTime();
      if (left <= 0) {
        return false;
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
    return true;
  }

  /** Whether no run is busy, but for those whose work was given up. */
  public boolean isIdle() {
    return busy.stream().allMatch(work::isStuck);
  }

  /** Whether no thread works on any run, or is about to. */
  public boolean isOver() {
    return busy.isEmpty();
  }

  /** These runs a person has paused or cancelled, and no others. */
  public void stop(Set<String> runIds) {
    stopped = Set.copyOf(runIds);
  }

  /** Whether a person had paused or cancelled a run at the last tick. */
  public boolean isStopped(String runId) {
    return stopped.contains(runId);
  }

  /** Ends the work that {@link #begin} allowed. */
  public synchronized void end(String runId) {
    work.end(runId);
    busy.remove(runId);
    if (runId.equals(alone)) {
      alone = null;
    }
    notifyAll();
  }
}
