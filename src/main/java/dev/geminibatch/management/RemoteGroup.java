package dev.geminibatch.management;

import java.io.IOException;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A group whose reading may take long, from a disk that does not answer, say. It is read by a
 * thread of its own, not too often, and by one at a time; who asks gets what was read last if it
 * takes longer than a moment.
 */
final class RemoteGroup implements Group {
  private static final Logger LOG = LoggerFactory.getLogger("metrics");
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /** Reading may take this part of the time. */
  private static final int SHARE = 50;

  private final String name;
  private final Group group;
  private final Duration fresh;
  private final LongSupplier nanos;

  private Samples last;
  private IOException problem;
  private long freshUntil;
  private Thread reader;

  /**
   * Reads nothing yet.
   *
   * @param fresh how long what was read counts, at least
   * @param nanos a clock that only goes forward
   */
  RemoteGroup(String name, Group group, Duration fresh, LongSupplier nanos) {
    this.name = name;
    this.group = group;
    this.fresh = fresh;
    this.nanos = nanos;
  }

  @Override
  public void read(Samples samples) throws IOException {
    Thread reading = refresh();
    if (reading != null) {
      try {
        reading.join(PATIENCE.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    synchronized (this) {
      if (problem != null) {
        throw new IOException(problem.getMessage(), problem);
      }
      if (last == null) {
        throw new IOException(
            "It takes longer than " + PATIENCE.toSeconds() + " s to read " + name);
      }
      samples.addAll(last);
    }
  }

  /** The thread that reads; null if what is there is fresh. */
  private synchronized Thread refresh() {
    boolean isFresh = (last != null || problem != null) && nanos.getAsLong() - freshUntil < 0;
    if (isFresh) {
      return null;
    }
    if (reader == null) {
      reader = new Thread(this::run, "metrics-" + name);
      reader.setDaemon(true);
      reader.start();
    }
    return reader;
  }

  private void run() {
    Samples found = new Samples();
    IOException failure = null;
    long start = nanos.getAsLong();
    try {
      group.read(found);
    } catch (IOException e) {
      failure = e;
    } catch (RuntimeException e) {
      failure = new IOException(e.toString(), e);
    }
    if (failure != null) {
      LOG.debug("The metrics of the {} cannot be read", name, failure);
    }
    synchronized (this) {
      last = failure == null ? found : null;
      problem = failure;
      long end = nanos.getAsLong();
      freshUntil = end + Math.max(fresh.toNanos(), SHARE * (end - start));
      reader = null;
    }
  }
}
