package dev.geminibatch.management;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A group whose reading may take long, from a disk that does not answer, say. It is read in the
 * background, and seldom enough to take little of the time; see {@link Prompt}.
 */
final class RemoteGroup implements Group {
  private static final Logger LOG = LoggerFactory.getLogger("metrics");

  /** Reading takes no more than this part of the time. */
  private static final int SHARE = 50;

  private final String name;
  private final Group group;
  private final LongSupplier nanos;
  private final Prompt<Found> found;
  private Found last;
  private long restUntil;

  private record Found(Samples samples, IOException problem) {}

  /**
   * Reads nothing yet.
   *
   * @param fresh how long what was read counts, at least
   * @param nanos a clock that only goes forward
   */
  RemoteGroup(
      String name,
      Group group,
      Duration fresh,
      Clock clock,
      LongSupplier nanos,
      Executor background) {
    this.name = name;
    this.group = group;
    this.nanos = nanos;
    this.found = new Prompt<>(this::search, fresh, clock, background);
  }

  @Override
  public void read(Samples samples) throws IOException {
    Found now =
        found.get().orElseThrow(() -> new IOException("The " + name + " does not answer yet"));
    if (now.problem() != null) {
      throw new IOException(now.problem().getMessage(), now.problem());
    }
    samples.addAll(now.samples());
  }

  /** One at a time. */
  private Found search() {
    long start = nanos.getAsLong();
    if (last == null || start - restUntil >= 0) {
      Samples samples = new Samples();
      try {
        group.read(samples);
        last = new Found(samples, null);
      } catch (IOException e) {
        last = new Found(samples, e);
      } catch (RuntimeException e) {
        last = new Found(samples, new IOException(e.toString(), e));
      }
      if (last.problem() != null) {
        LOG.debug("The metrics of the {} cannot be read", name, last.problem());
      }
      long end = nanos.getAsLong();
      restUntil = end + SHARE * (end - start);
    }
    return last;
  }
}
