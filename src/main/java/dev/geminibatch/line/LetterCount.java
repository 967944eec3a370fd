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
   * Passes over characters of two bytes and more, of which many follow each other in most scripts.
   *
   * @return where they end
   */
  int pass(byte[] line, int from) throws JsonScanner.Malformed {
    int at = from;
    while (true) {
      int lead = at < line.length ? line[at] : 0;
      if (lead >= 0) {
        written += at - from;
        return at;
      }
      int more = lead >> 5 == -2 ? 1 : lead >> 4 == -2 ? 2 : lead >> 3 == -2 ? 3 : 0;
      if (more == 0 || at + more >= line.length) {
        throw new JsonScanner.Malformed();
      }
      int second = line[at + 1];
      boolean follow =
          second < -64 && (more < 2 || line[at + 2] < -64) && (more < 3 || line[at + 3] < -64);
      if (!follow) {
        throw new JsonScanner.Malformed();
      }
      int kind =
          switch (more) {
            case 1 -> KIND_OF_BLOCK[lead & 0x1F];
            case 2 -> KIND_OF_BLOCK[(lead & 0x0F) << 6 | second & 0x3F];
            default -> kindOfLongest(lead, second);
          };
      bytes[kind] += 1 + more;
      at += 1 + more;
    }
  }

  /** Four bytes: rare Chinese characters, and pictures. */
  private static int kindOfLongest(int lead, int second) {
    boolean isChinese = lead == (byte) 0xF0 && (second & 0x3F) >= 0x20;
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
