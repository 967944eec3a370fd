package dev.geminibatch.line;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Finds bytes in arrays, eight at a look. */
public final class ByteSearch {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long ONES = 0x0101010101010101L;
  static final long HIGH_BITS = 0x8080808080808080L;

  private ByteSearch() {}

  /** Where an ASCII character is first, from {@code from} to before {@code to}; -1 if nowhere. */
  public static int indexOf(byte[] bytes, int from, int to, char wanted) {
    return indexOfEither(bytes, from, to, wanted, wanted);
  }

  /** Where one of two ASCII characters is first. */
  static int indexOfEither(byte[] bytes, int from, int to, char one, char other) {
    long ones = ONES * one;
    long others = ONES * other;
    int i = from;
    for (; i <= to - Long.BYTES; i += Long.BYTES) {
      long eight = (long) LONGS.get(bytes, i);
      long found = zeros(eight ^ ones) | zeros(eight ^ others);
      if (found != 0) {
        return i + Long.numberOfTrailingZeros(found) / Byte.SIZE;
      }
    }
    for (; i < to; i++) {
      if (bytes[i] == one || bytes[i] == other) {
        return i;
      }
    }
    return -1;
  }

  /** The first place from {@code from} on that holds no blank of JSON; {@code to} if none does. */
  public static int skipBlank(byte[] bytes, int from, int to) {
    int i = from;
    while (i < to
        && (bytes[i] == ' ' || bytes[i] == '\t' || bytes[i] == '\r' || bytes[i] == '\n')) {
      i++;
    }
    return i;
  }

  /**
   * Where the plain text of a JSON string ends: at a quote, a backslash, a control character, or a
   * character of more than one byte.
   */
  static int endOfPlainText(byte[] bytes, int from, int to) {
    int i = from;
    for (; i <= to - Long.BYTES; i += Long.BYTES) {
      long eight = (long) LONGS.get(bytes, i);
      long found = endsOfText(eight) | eight & HIGH_BITS;
      if (found != 0) {
        return i + Long.numberOfTrailingZeros(found) / Byte.SIZE;
      }
    }
    while (i < to && bytes[i] >= ' ' && bytes[i] != '"' && bytes[i] != '\\') {
      i++;
    }
    return i;
  }

  /**
   * The high bit of each byte that ends the text of a JSON string: a quote, a backslash, a control
   * character; of the lowest one, that is, which is asked for.
   */
  static long endsOfText(long eight) {
    return zeros(eight ^ ONES * '"')
        | zeros(eight ^ ONES * '\\')
        | eight - ONES * ' ' & ~eight & HIGH_BITS;
  }

  /** Eight bytes, the first one lowest; zeros behind the end. */
  static long eight(byte[] bytes, int from) {
    int missing = from + Long.BYTES - bytes.length;
    if (missing <= 0) {
      return (long) LONGS.get(bytes, from);
    }
    if (missing < Long.BYTES && bytes.length >= Long.BYTES) {
      return (long) LONGS.get(bytes, bytes.length - Long.BYTES) >>> missing * Byte.SIZE;
    }
    long eight = 0;
    for (int i = bytes.length - 1; i >= from; i--) {
      eight = eight << Byte.SIZE | bytes[i] & 0xFF;
    }
    return eight;
  }

  /** The high bit of each byte that is zero; of the lowest ones, that is, which are asked for. */
  private static long zeros(long eight) {
    return eight - ONES & ~eight & HIGH_BITS;
  }
}
