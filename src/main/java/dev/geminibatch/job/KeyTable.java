package dev.geminibatch.job;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The keys of one job as 64-bit hashes, each with the number of its request; some 24 bytes a key.
 *
 * <p>Keys whose hashes collide are kept apart when they are added: the second one counts as a
 * duplicate and gets another key, so a hash stands for one key of the job.
 */
public final class KeyTable {
  /** Marks a free place; a key that hashes to it is given another hash. */
  private static final long FREE = 0;

  private static final int LEAST_PLACES = 1 << 6;

  private long[] hashes;
  private int[] numbers;
  private int size;

  public KeyTable() {
    this(0);
  }

  /**
   * @param expected how many keys there may be; more may be added
   */
  public KeyTable(int expected) {
    int places = LEAST_PLACES;
    while (2L * places < 3L * expected) {
      places *= 2;
    }
    this.hashes = new long[places];
    this.numbers = new int[places];
  }

  /** The hash of a key (FNV-1a over its UTF-8 bytes, mixed once more). */
  public static long hash(String key) {
    long hash = 0xcbf29ce484222325L;
    for (byte b : key.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xFF)) * 0x100000001b3L;
    }
    hash = (hash ^ (hash >>> 32)) * 0xd6e8feb86659fd93L;
    hash ^= hash >>> 32;
    return hash == FREE ? 1 : hash;
  }

  /**
   * Adds a hash with the next number.
   *
   * @return false if it is there already
   */
  public boolean add(long hash) {
    if (3L * size >= 2L * hashes.length) {
      grow();
    }
    int place = place(hash);
    if (hashes[place] != FREE) {
      return false;
    }
    hashes[place] = hash;
    numbers[place] = size++;
    return true;
  }

  /** The number of a hash, in the order of adding, or -1. */
  public int find(long hash) {
    int place = place(hash);
    return hashes[place] == FREE ? -1 : numbers[place];
  }

  public int size() {
    return size;
  }

  private int place(long hash) {
    int mask = hashes.length - 1;
    int place = (int) hash & mask;
    while (hashes[place] != FREE && hashes[place] != hash) {
      place = place + 1 & mask;
    }
    return place;
  }

  private void grow() {
    long[] oldHashes = hashes;
    int[] oldNumbers = numbers;
    hashes = new long[oldHashes.length * 2];
    numbers = Arrays.copyOf(numbers, hashes.length);
    for (int i = 0; i < oldHashes.length; i++) {
      if (oldHashes[i] != FREE) {
        int place = place(oldHashes[i]);
        hashes[place] = oldHashes[i];
        numbers[place] = oldNumbers[i];
      }
    }
  }
}
