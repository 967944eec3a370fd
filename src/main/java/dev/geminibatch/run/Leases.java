package dev.geminibatch.run;

import java.io.Closeable;
import java.io.IOException;

/**
 * Which runs this process works on: a run belongs to one process at a time. A lease is never left
 * behind by a process that is gone.
 */
public interface Leases extends Closeable {
  /** Looks for what processes that are gone have left behind; before any run is acquired. */
  void open() throws IOException;

  /** Whether this process has the run. */
  boolean isOurs(String runId);

  /** Whether others may work in the same folders, at the same time. */
  default boolean areShared() {
    return false;
  }

  /** Whether this process may work on what it has; if not, it will know more at the next tick. */
  default boolean mayWork() {
    return true;
  }

  /** Whether it may take anything new. */
  default boolean mayBegin() {
    return true;
  }

  /** Whether the others know that this process is alive. */
  default boolean isHeard() {
    return true;
  }

  /** Makes the run ours unless another process has it; true as well if it is ours already. */
  boolean acquire(String runId);

  /**
   * The same of a run that nobody else knows yet, and that is about to be written down.
   *
   * @throws IOException if its files would come into a folder that is not that of the ledger
   */
  default boolean acquireNew(String runId) throws IOException {
    return acquire(runId);
  }

  /** Whether no process works on the run. */
  boolean isFree(String runId);

  /** The run is finished, or not for us; nobody needs it any more. */
  void release(String runId);

  /**
   * Makes sure of a lease before something that cannot be taken back.
   *
   * @throws LeaseLost if another process may have the run
   */
  default void require(String runId) {
    if (areShared() && !isOurs(runId)) {
      throw new LeaseLost("Run " + runId + " may belong to another member now");
    }
  }
}
