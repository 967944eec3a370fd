package dev.geminibatch.run;

import dev.geminibatch.logging.LogContext;
import org.slf4j.MDC;

/**
 * Work of the thread that makes this, for one run: until it is closed, every record that the thread
 * logs names the run and its file.
 */
public final class RunScope implements AutoCloseable {
  private final String id = MDC.get(LogContext.RUN);
  private final String file = MDC.get(LogContext.FILE);

  private RunScope(String runId, String fileName) {
    set(runId, fileName);
  }

  /** Work for a run. */
  public static RunScope of(Run run) {
    return new RunScope(run.id(), run.name());
  }

  /** Work for no run, or for several. */
  public static RunScope none() {
    return new RunScope(null, null);
  }

  /** The thread that calls this works for a run from now on; null for none. */
  static void enter(Run run) {
    set(run == null ? null : run.id(), run == null ? null : run.name());
  }

  private static void set(String runId, String fileName) {
    put(LogContext.RUN, runId);
    put(LogContext.FILE, fileName);
  }

  private static void put(String key, String value) {
    if (value == null) {
      MDC.remove(key);
    } else {
      MDC.put(key, value);
    }
  }

  @Override
  public void close() {
    set(id, file);
  }
}
