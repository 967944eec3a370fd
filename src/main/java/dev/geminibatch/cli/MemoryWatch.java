package dev.geminibatch.cli;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * Notices that Java does nothing any more but look for memory. It may do so for hours before it
 * gives up with an Error, and until then the process is there and does no work.
 */
final class MemoryWatch {
  private static final Duration INTERVAL = Duration.ofSeconds(10);

  /** For so many looks in a row, which is a minute. */
  static final int LOOKS = 6;

  private static final double MOST_TIME = 0.9;
  private static final double MOST_USED = 0.95;

  private final LongSupplier collectingMillis;
  private final DoubleSupplier used;
  private final LongSupplier nanoTime;
  private final Consumer<Throwable> onExhausted;
  private long lastMillis;
  private long lastNanos;
  private int looks;

  /**
   * @param collectingMillis how long memory has been looked for since the start
   * @param used the share of the memory that was in use when it was last looked for
   * @param onExhausted gets the Error that Java should have thrown
   */
  MemoryWatch(
      LongSupplier collectingMillis,
      DoubleSupplier used,
      LongSupplier nanoTime,
      Consumer<Throwable> onExhausted) {
    this.collectingMillis = collectingMillis;
    this.used = used;
    this.nanoTime = nanoTime;
    this.onExhausted = onExhausted;
    this.lastNanos = nanoTime.getAsLong();
  }

  /** Watches this process from now on. */
  static void start(Consumer<Throwable> onExhausted) {
    Thread thread =
        new Thread(
            () ->
                new MemoryWatch(
                        MemoryWatch::collecting, MemoryWatch::used, System::nanoTime, onExhausted)
                    .watch(),
            "memory");
    thread.setDaemon(true);
    thread.start();
  }

  private void watch() {
    try {
      CountDownLatch never = new CountDownLatch(1);
      while (!never.await(INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
        look();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One look. */
  void look() {
    long millis = collectingMillis.getAsLong();
    long nanos = nanoTime.getAsLong();
    long passed = TimeUnit.NANOSECONDS.toMillis(nanos - lastNanos);
    boolean isExhausted =
        millis - lastMillis > MOST_TIME * passed && used.getAsDouble() > MOST_USED;
    lastMillis = millis;
    lastNanos = nanos;
    looks = isExhausted ? looks + 1 : 0;
    if (looks == LOOKS) {
      onExhausted.accept(
          new OutOfMemoryError("for a minute Java has done nothing but look for memory"));
    }
  }

  private static long collecting() {
    return ManagementFactory.getGarbageCollectorMXBeans().stream()
        .mapToLong(GarbageCollectorMXBean::getCollectionTime)
        .sum();
  }

  private static double used() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP)
            .map(MemoryPoolMXBean::getCollectionUsage)
            .filter(usage -> usage != null)
            .mapToLong(MemoryUsage::getUsed)
            .sum()
        / (double) Runtime.getRuntime().maxMemory();
  }
}
