package dev.geminibatch.stage.poll;

import dev.geminibatch.run.ForwardingProgress;
import dev.geminibatch.run.Progress;
import dev.geminibatch.run.RunEvent;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * When to poll for somebody who waits for one file: at once, for jobs that are there already; then
 * an interval after a job was created, and at each interval after that. Jobs that are created one
 * after the other are polled together, an interval after the newest. Those that follow one another
 * for long keep the older ones waiting for no more than two intervals.
 *
 * <p>A daemon has many jobs of any age; its ticks keep to no one's creation.
 */
public final class PollTimes {
  private final long interval;
  private final LongSupplier nanos;
  private long next;
  private long last;
  private boolean isOver;

  /** When the newest job was created. */
  private long created;

  /**
   * Begins with a poll at once.
   *
   * @param nanos the time, as {@link System#nanoTime} gives it: a clock that is set back would stop
   *     the polling
   */
  public PollTimes(Duration interval, LongSupplier nanos) {
    this.interval = interval.toNanos();
    this.nanos = nanos;
    this.next = nanos.getAsLong();
    this.last = next;
    this.created = next;
  }

  /** Hears of new jobs, and passes everything on. */
  public Progress watching(Progress progress) {
    return new ForwardingProgress(progress) {
      @Override
      public void happened(RunEvent event) {
        if (event instanceof RunEvent.JobCreated) {
          created();
        }
        super.happened(event);
      }
    };
  }

  private synchronized void created() {
    created = nanos.getAsLong();
    next = Math.min(created - last, interval) + last + interval;
    notifyAll();
  }

  /** How long to wait for the next poll; zero or less if it is time. */
  synchronized Duration remaining() {
    return Duration.ofNanos(next - nanos.getAsLong());
  }

  /**
   * Waits until it is time to poll.
   *
   * @return false if there is nothing to poll for any more
   */
  public synchronized boolean await() throws InterruptedException {
    while (!isOver) {
      long remaining = remaining().toNanos();
      if (remaining <= 0) {
        polling();
        return true;
      }
      wait(remaining / 1_000_000, (int) (remaining % 1_000_000));
    }
    return false;
  }

  /** From now on nobody waits. */
  public synchronized void end() {
    isOver = true;
    notifyAll();
  }

  /** A poll begins. */
  synchronized void polling() {
    last = nanos.getAsLong();
    long age = last + interval / 2 - created; // what it is rounded up to is the next one's
    next = created + (age + interval - 1) / interval * interval;
  }
}
