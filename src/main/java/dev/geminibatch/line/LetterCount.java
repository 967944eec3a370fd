package dev.geminibatch.line;

import java.lang.Character.UnicodeScript;
import java.util.Arrays;
import java.util.Optional;

/**
 * Counts the letters of a line that are not plain ASCII while they are passed over: what they are
 * written with, and what they are as UTF-8, by script. An escaped letter is the letter.
 */
final class LetterCount {
  /** How many bytes of UTF-8 make a token, by the kind of text. */
  private static final int[] BYTES_PER_TOKEN = {4, 5, 4, 5, 4, 5};

  /** By the upper ten bits of a character: a block of 64 holds one script, or nearly so. */
  private static final byte[] KIND_OF_BLOCK = kindsOfBlocks();

  /** Counts by kind, a byte each. Above them: the script of a letter is still to be found. */
  private static final int UNCLEAR = 56;

  /** No byte of the counts overflows before: a look adds at most twelve to one of them. */
  private static final int MOST_LOOKS = 16;

  /** What a first byte of UTF-8 adds to such counts; nothing for any other byte. */
  private static final long[] LANES = lanes();

  private final long[] bytes = new long[BYTES_PER_TOKEN.length];
  private long written;

  LetterCount() {}

  private LetterCount(LetterCount other) {
    System.arraycopy(other.bytes, 0, bytes, 0, bytes.length);
    written = other.written;
  }

  private static byte[] kindsOfBlocks() {
    byte[] kinds = new byte[1 << 10];
    for (int block = 0; block < kinds.length; block++) {
      int[] found = new int[BYTES_PER_TOKEN.length];
      for (int letter = 0; letter < 64; letter += 3) {
        kind(UnicodeScript.of(block << 6 | letter)).ifPresent(kind -> found[kind.ordinal()]++);
      }
      kinds[block] = (byte) mostOf(found, block << 6).ordinal();
    }
    return kinds;
  }

  private static long[] lanes() {
    long[] lanes = new long[1 << 8];
    for (int lead = 0xC0; lead < 0xF8; lead++) {
      int first = kindOf(lead, 0x80);
      boolean isClear = true;
      for (int second = 0x81; second < 0xC0; second++) {
        isClear &= kindOf(lead, second) == first;
      }
      long length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
      lanes[lead] = isClear ? length << first * Byte.SIZE : 1L << UNCLEAR;
    }
    return lanes;
  }

  private static Optional<TokenKind> kind(UnicodeScript script) {
    return switch (script) {
      case COMMON, INHERITED, UNKNOWN -> Optional.empty();
      default -> Optional.of(kindOf(script));
    };
  }

  private static TokenKind kindOf(UnicodeScript script) {
    return switch (script) {
      case LATIN -> TokenKind.LATIN;
      case CYRILLIC -> TokenKind.CYRILLIC;
      case HEBREW -> TokenKind.HEBREW;
      case ARABIC -> TokenKind.ARABIC;
      case HAN, HIRAGANA, KATAKANA, HANGUL, BOPOMOFO -> TokenKind.CJK;
      default -> TokenKind.OTHER;
    };
  }

  private static TokenKind mostOf(int[] found, int first) {
    int most = 0;
    for (int i = 1; i < found.length; i++) {
      most = found[i] > found[most] ? i : most;
    }
    if (found[most] > 0) {
      return TokenKind.values()[most];
    }
    // Signs that go with any script.
    return first < 0x2E80 ? TokenKind.LATIN : first < 0xD800 ? TokenKind.CJK : TokenKind.OTHER;
  }

  /**
   * Passes over the text of a string from a letter of more than one byte on, eight bytes at a look:
   * where scripts change every few letters, a branch for each letter costs more than all the rest.
   *
   * @return where the next quote, backslash or control character is, or the line ends
   * @throws JsonScanner.Malformed where lead bytes and those that follow them do not match
   */
  int pass(byte[] line, int from) throws JsonScanner.Malformed {
    long lanes = 0;
    long expected = 0;
    long count = 0;
    int flushed = from;
    for (int at = from; ; at += Long.BYTES) {
      long eight = ByteSearch.eight(line, at);
      long ends = ByteSearch.endsOfText(eight);
      long end = ends & -ends;
      long text = eight & (end >>> 7) - 1; // all of it where nothing ends
      long high = text & ByteSearch.HIGH_BITS;
      if ((high | expected) != 0) {
        long leads = high & text << 1;
        long ofThree = leads & text << 2;
        long ofFour = ofThree & text << 3;
        long follow = leads << 8 | ofThree << 16 | ofFour << 24 | expected;
        if (follow != (high & ~leads) || (ofFour & text << 4) != 0) {
          throw new JsonScanner.Malformed();
        }
        expected = leads >>> 56 | ofThree >>> 48 | ofFour >>> 40;
        count += Long.bitCount(high);
        lanes += lanesOf(text);
        if (lanes >>> UNCLEAR != 0) {
          lanes &= (1L << UNCLEAR) - 1;
          addUnclear(line, at, text);
        }
        if (at - flushed >= (MOST_LOOKS - 1) * Long.BYTES) {
          add(lanes);
          lanes = 0;
          flushed = at + Long.BYTES;
        }
      }
      if (end != 0) {
        add(lanes);
        written += count;
        return at + Long.numberOfTrailingZeros(end) / Byte.SIZE;
      }
    }
  }

  private static long lanesOf(long eight) {
    return LANES[(int) eight & 0xFF]
        + LANES[(int) (eight >>> 8) & 0xFF]
        + LANES[(int) (eight >>> 16) & 0xFF]
        + LANES[(int) (eight >>> 24) & 0xFF]
        + LANES[(int) (eight >>> 32) & 0xFF]
        + LANES[(int) (eight >>> 40) & 0xFF]
        + LANES[(int) (eight >>> 48) & 0xFF]
        + LANES[(int) (eight >>> 56)];
  }

  private void add(long lanes) {
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] += lanes >>> i * Byte.SIZE & 0xFF;
    }
  }

  /** Adds the letters whose first byte does not tell their script. */
  private void addUnclear(byte[] line, int at, long eight) {
    for (int i = 0; i < Long.BYTES; i++) {
      int lead = (int) (eight >>> i * Byte.SIZE) & 0xFF;
      if (LANES[lead] >>> UNCLEAR != 0 && at + i + 1 < line.length) {
        bytes[kindOf(lead, line[at + i + 1])] += lead < 0xF0 ? 3 : 4;
      }
    }
  }

  private static int kindOf(int lead, int second) {
    return lead < 0xE0
        ? KIND_OF_BLOCK[lead & 0x1F]
        : lead < 0xF0
            ? KIND_OF_BLOCK[(lead & 0x0F) << 6 | second & 0x3F]
            : kindOfLongest(lead, second);
  }

  /** Four bytes: rare Chinese characters, and pictures. */
  private static int kindOfLongest(int lead, int second) {
    boolean isChinese = lead == 0xF0 && (second & 0x3F) >= 0x20;
    return (isChinese ? TokenKind.CJK : TokenKind.OTHER).ordinal();
  }

  /** Notes an escaped letter, or half of one. */
  void escaped(int letter) {
    written += 6;
    boolean isHalf = Character.isSurrogate((char) letter);
    bytes[KIND_OF_BLOCK[letter >> 6]] += letter < 0x80 ? 1 : letter < 0x800 || isHalf ? 2 : 3;
  }

  /** Notes an escaped sign, such as a quote or a line end. */
  void escapedSign() {
    written += 2;
    bytes[0]++;
  }

  /** The same count, which does not change with this one. */
  LetterCount copy() {
    return new LetterCount(this);
  }

  /** Bytes of text of a length in the line that is plain ASCII, or close to it. */
  long latinBytes(long length) {
    return Math.max(0, length - written) + bytes[0];
  }

  /** By how much escapes are longer than what they stand for. */
  long escapeBytes() {
    return written - Arrays.stream(bytes).sum();
  }

  /** Adds the tokens of all other scripts. */
  void addTo(TokenTally tally) {
    for (int i = 1; i < bytes.length; i++) {
      if (bytes[i] > 0) {
        tally.add(TokenKind.values()[i], rounded(bytes[i], BYTES_PER_TOKEN[i]));
      }
    }
  }

  private static long rounded(long bytes, int each) {
    return (bytes + each / 2) / each;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LetterCount count
        && count.written == written
        && Arrays.equals(count.bytes, bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes) * 31 + Long.hashCode(written);
  }

  @Override
  public String toString() {
    return written + " " + Arrays.toString(bytes);
  }
}
