package dev.geminibatch.run;

import java.io.Closeable;

/**
 * Which runs this process works on: a run belongs to one process at a time. A lease is never left
 * behind by a process that is gone.
 */
public interface Leases extends Closeable {
  /** Whether this process has the run. */
  boolean isOurs(String runId);

  /** Makes the run ours unless another process has it; true as well if it is ours already. */
  boolean acquire(String runId);

  /** Whether no process works on the run. */
  boolean isFree(String runId);

  /** The run is finished, or not for us; nobody needs it any more. */
  void release(String runId);
}
