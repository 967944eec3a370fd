package dev.geminibatch.io;

import java.time.Duration;
import java.util.Map;
import java.util.function.LongSupplier;
import org.slf4j.event.Level;

/**
 * What was logged lately. What lasts is said when it begins: the same words again, whatever their
 * numbers, are only for who debugs, until they have not been heard for a while.
 */
public final class Repeats {
  private static final long WHILE_NANOS = Duration.ofMinutes(15).toNanos();
  private static final int MOST = 1_000;

  /** In characters; what a service says may be long, and its beginning tells it from others. */
  private static final int LONGEST_KEPT = 200;

  private final Map<String, Long> last = new LruMap<>(MOST);
  private final LongSupplier nanoTime;

  public Repeats() {
    this(System::nanoTime);
  }

  Repeats(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /**
   * How loudly something is to be logged now.
   *
   * @param about whom it concerns: others may have the same to say
   */
  public synchronized Level level(Level first, String about, String words) {
    long now = nanoTime.getAsLong();
    String said = Amounts.shortened(words.replaceAll("\\d+", "0"), LONGEST_KEPT);
    Long before = last.put(about + " " + said, now);
    return before == null || now - before > WHILE_NANOS ? first : Level.DEBUG;
  }
}
