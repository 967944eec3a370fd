package dev.geminibatch.answer;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How much work the schemas of a job may make. An answer may take its time, but not every one of a
 * million: when the time that is set aside for such answers is used up, there is little for each.
 *
 * <p>An answer that is too much work counts as an answer: it is paid for.
 */
final class SchemaWork {
  /** Less than a second. */
  static final long MOST_STEPS = 20_000_000;

  /** A hundred times what the answer of a page takes. */
  static final long FEW_STEPS = 100_000;

  private static final long RESERVE = TimeUnit.SECONDS.toNanos(10);
  private static final long FOR_EACH = TimeUnit.MILLISECONDS.toNanos(1);

  private final LongSupplier ticker;
  private long reserve = RESERVE;
  private long began;
  private long unchecked;

  /**
   * For one pass over the answers of a job.
   *
   * @param ticker nanoseconds, as {@link System#nanoTime}
   */
  SchemaWork(LongSupplier ticker) {
    this.ticker = ticker;
  }

  /** The judge of the next answer. */
  SchemaJudge begin() {
    began = ticker.getAsLong();
    return new SchemaJudge(reserve > 0 ? MOST_STEPS : FEW_STEPS);
  }

  /** The answer is judged, or cannot be. */
  void end() {
    reserve = Math.min(RESERVE, reserve + FOR_EACH - (ticker.getAsLong() - began));
  }

  /** Counts an answer that could not be judged. */
  void addUnchecked() {
    unchecked++;
  }

  /** Answers that could not be judged. */
  long unchecked() {
    return unchecked;
  }
}
