package dev.geminibatch.ledger;

import dev.geminibatch.io.LruMap;
import java.util.Collections;
import java.util.Map;

/**
 * Runs that were inspected here of late and name no files, as most small ones: no stage has to ask
 * for their files. Only the process that has the lease of a run inspects it.
 */
final class RunsWithoutMedia {
  private static final int MOST = 1000;

  private final Map<String, Boolean> known = Collections.synchronizedMap(new LruMap<>(MOST));

  /** Everything that was written down of a run's files is gone. */
  void cleared(String runId) {
    known.put(runId, true);
  }

  /** Something is about to be written down. */
  void written(String runId) {
    known.remove(runId);
  }

  /** Whether nothing is written down, as far as that is known here. */
  boolean has(String runId) {
    return known.containsKey(runId);
  }

  /** Others may have inspected them. */
  void forget() {
    known.clear();
  }
}
