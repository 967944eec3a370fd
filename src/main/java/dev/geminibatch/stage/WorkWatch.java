package dev.geminibatch.stage;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.ledger.Strikes;
import dev.geminibatch.run.LastWords;
import dev.geminibatch.run.WorkInHand;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches whether the work on each run makes progress. What makes no step for {@code
 * run.stuck-after} is given up: its threads are interrupted, its run parked, and if a worker does
 * not end, another one takes its place, so that no run takes the workers of the others.
 *
 * <p>It counts its own looks and not the time, since a machine may have slept in between.
 */
public final class WorkWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("watch");

  /** Without a step for at least as many looks in a row, work is stuck. */
  public static final int LOOKS = 10;

  /** How many looks a worker has to end after it was interrupted. */
  private static final int GRACE = 2;

  private static final Duration LONGEST_INTERVAL = Duration.ofMinutes(3);

  /** Creating a job takes up to 11 minutes with its retries, and says nothing in between. */
  private static final Duration LONGEST_CALL = Duration.ofMinutes(15);

  private static final Duration WAIT = Duration.ofMinutes(10);
  private static final int SHOWN_FRAMES = 25;
  private static final int SHOWN_THREADS = 3;

  private final WorkInHand work;
  private final Strikes strikes;
  private final LastWords lastWords;
  private final Runnable spareWorker;
  private final Duration stuckAfter;
  private final Duration interval;
  private final long looks;
  private final int mostStuck;
  private final Map<WorkInHand.Task, Seen> seen = new HashMap<>();
  private final CountDownLatch closed = new CountDownLatch(1);

  /** How a task was at the last looks. */
  private static final class Seen {
    private long steps;
    private long looks;
    private boolean isReplaced;
  }

  /**
   * @param workers how many there are
   * @param spareWorker starts one more, which ends when so many are not needed any more
   */
  public WorkWatch(
      WorkInHand work,
      Strikes strikes,
      LastWords lastWords,
      Duration stuckAfter,
      int workers,
      Runnable spareWorker) {
    this.work = work;
    this.strikes = strikes;
    this.lastWords = lastWords;
    this.stuckAfter = stuckAfter;
    Duration exact = stuckAfter.dividedBy(LOOKS);
    this.interval = exact.compareTo(LONGEST_INTERVAL) > 0 ? LONGEST_INTERVAL : exact;
    long intervals = stuckAfter.plus(interval).minusMillis(1).dividedBy(interval);
    this.looks = Math.max(LOOKS, intervals);
    this.mostStuck = 2 * workers;
    this.spareWorker = spareWorker;
  }

  /** Warns of a time within which a slow call to the service need not have ended. */
  public static void warnOfShort(Duration stuckAfter) {
    if (stuckAfter.compareTo(LONGEST_CALL) < 0) {
      LOG.warn(
          "run.stuck-after is {}: a slow call to the service may be interrupted, and its run held;"
              + " write at least {}m",
          Amounts.time(stuckAfter),
          LONGEST_CALL.toMinutes());
    }
  }

  /** Looks from time to time, until closed. */
  public void start() {
    Thread thread = new Thread(this::watch, "watch");
    thread.setDaemon(true);
    thread.start();
  }

  private void watch() {
    try {
      while (!closed.await(interval.toMillis(), TimeUnit.MILLISECONDS)) {
        lookSafely();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void lookSafely() {
    try {
      look();
    } catch (RuntimeException e) {
      LOG.error("Whether work makes progress could not be seen; it will be retried", e);
    }
  }

  /** One check of all that is in hand. */
  public void look() {
    seen.keySet().retainAll(work.tasks());
    int stuck = 0;
    for (WorkInHand.Task task : work.tasks()) {
      Seen last = seen.computeIfAbsent(task, each -> new Seen());
      long steps = task.steps();
      last.looks = steps == last.steps && steps > 0 ? last.looks + 1 : 0;
      last.steps = steps;
      if (!task.isStuck()) {
        last.isReplaced = false;
        if (last.looks >= looks) {
          giveUp(task);
        }
      } else if (last.looks >= looks + GRACE && !last.isReplaced) {
        last.isReplaced = true;
        LOG.warn("{}: its worker does not end; another one takes its place", task.run().name());
        spareWorker.run();
      }
      stuck += last.isReplaced ? 1 : 0;
    }
    if (stuck > mostStuck) {
      lastWords.end(stuck + " workers are stuck, see above; only a restart can end them");
    }
  }

  private void giveUp(WorkInHand.Task task) {
    String why =
        "No progress for "
            + Amounts.time(stuckAfter)
            + (task.route().equals(task.stage())
                ? " in the stage " + task.stage()
                : " in the route " + task.route() + " (the stage was " + task.stage() + ")");
    try {
      strikes.stuck(task.run().id(), why, WAIT);
    } catch (RuntimeException e) {
      if (!Ledger.isCause(e)) {
        throw e;
      }
      LOG.error("{}: this cannot be written down: {}", task.run().name(), e.getMessage());
    }
    // After that is written down: what is interrupted ends, and its run is free to be taken.
    LOG.error("{}: {}. It is interrupted at{}", task.run().name(), why, places(task.giveUp()));
  }

  private static String places(List<StackTraceElement[]> threads) {
    return threads.stream()
        .limit(SHOWN_THREADS)
        .map(
            frames ->
                Arrays.stream(frames)
                    .limit(SHOWN_FRAMES)
                    .map(frame -> "\n    " + frame)
                    .collect(Collectors.joining()))
        .collect(Collectors.joining("\nand at"));
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
