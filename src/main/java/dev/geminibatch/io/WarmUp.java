package dev.geminibatch.io;

import java.security.MessageDigest;

/**
 * Has Java compile, while a daemon waits for its first file, what it would otherwise interpret when
 * the file is there: until then a hash takes fifty times as long. It sends nothing and writes
 * nothing.
 */
public final class WarmUp {
  private static final int BLOCK = 1 << 16;

  /** Enough where nothing is ever compiled. */
  private static final int MOST_BLOCKS = 256;

  /** A compiled hash of a block takes a tenth of a millisecond to half of one. */
  private static final long FAST_NANOS = 600_000;

  private static final int FAST_IN_A_ROW = 8;

  private WarmUp() {}

  /** Begins, in the background and at the lowest priority. */
  public static void begin() {
    Thread thread = new Thread(WarmUp::hash, "warm-up");
    thread.setDaemon(true);
    thread.setPriority(Thread.MIN_PRIORITY);
    thread.start();
  }

  /** Hashes until that is fast; gives how many blocks it took. */
  static int hash() {
    MessageDigest digest = Sha256.digest();
    byte[] block = new byte[BLOCK];
    int blocks = 0;
    int fast = 0;
    while (fast < FAST_IN_A_ROW && blocks < MOST_BLOCKS) {
      long begin = System.nanoTime();
      digest.update(block);
      blocks++;
      fast = System.nanoTime() - begin < FAST_NANOS ? fast + 1 : 0;
    }
    return blocks;
  }
}
