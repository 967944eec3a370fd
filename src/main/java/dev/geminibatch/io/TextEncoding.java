package dev.geminibatch.io;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Names the encoding of text that is not UTF-8, as {@code iconv} knows it.
 *
 * <p>Byte order marks are certain. Everything else is a guess from the bytes, good enough for a
 * message, never to convert by.
 */
public final class TextEncoding {
  /** Text in an encoding that cannot be guessed. */
  public static final String UNKNOWN = "unknown";

  /** What to do about zero bytes in a text. */
  public static final String ZEROS_REMEDY = "remove them (tr -d '\\000' < FILE > FIXED)";

  private static final int SHORTEST_WORD = 3;
  private static final int ESCAPE = 0x1b;

  /** The letters that Hebrew writes at the end of a word only, in windows-1255. */
  private static final String HEBREW_FINALS = "\u00ea\u00ed\u00ef\u00f3\u00f5";

  private TextEncoding() {}

  /**
   * The encoding of bytes that are not UTF-8.
   *
   * @param bytes the beginning of a text, or the part of it that is not UTF-8
   * @return empty if they are not text at all
   */
  public static Optional<String> guess(byte[] bytes) {
    Optional<String> wide = byMark(bytes).or(() -> withoutMark(bytes));
    return wide.isPresent() ? wide : oneByte(bytes);
  }

  /**
   * What to do about a text that is not UTF-8.
   *
   * @param name of its encoding, or {@link #UNKNOWN}
   */
  public static String remedy(String name) {
    return "convert it to UTF-8 (iconv -f "
        + (name.equals(UNKNOWN) ? "ITS-ENCODING" : name)
        + " -t UTF-8 FILE > CONVERTED), or save it as UTF-8";
  }

  /** How many bytes the byte order mark of UTF-8 takes at a place: 3, or 0 if there is none. */
  public static int markLength(byte[] bytes, int from, int to) {
    return to - from >= 3
            && bytes[from] == (byte) 0xEF
            && bytes[from + 1] == (byte) 0xBB
            && bytes[from + 2] == (byte) 0xBF
        ? 3
        : 0;
  }

  /** The first byte from which on a part is not UTF-8; -1 if it is, as far as it goes. */
  public static int firstInvalid(byte[] bytes, int from, int to) {
    return firstInvalid(bytes, from, to, false);
  }

  /**
   * The first byte from which on a part is not UTF-8; -1 if it is.
   *
   * @param isEnd whether the text ends there: then its last character must be complete
   */
  public static int firstInvalid(byte[] bytes, int from, int to, boolean isEnd) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(bytes, from, to - from);
    CharBuffer out = CharBuffer.allocate(1 << 12);
    while (true) {
      CoderResult result = decoder.decode(in, out, isEnd);
      if (result.isError()) {
        return in.position();
      }
      if (result.isUnderflow()) {
        return -1; // what is left is the beginning of a character
      }
      out.clear();
    }
  }

  /** UTF-16 or UTF-32 by the byte order mark that the bytes begin with. */
  private static Optional<String> byMark(byte[] bytes) {
    int first = bytes.length < 4 ? -1 : ByteBuffer.wrap(bytes).getInt();
    if (first == 0xfffe0000) {
      return Optional.of("UTF-32LE");
    }
    if (first == 0x0000feff) {
      return Optional.of("UTF-32BE");
    }
    if (bytes.length >= 2 && bytes[0] == (byte) 0xff && bytes[1] == (byte) 0xfe) {
      return Optional.of("UTF-16LE").filter(name -> reads(bytes, StandardCharsets.UTF_16LE));
    }
    if (bytes.length >= 2 && bytes[0] == (byte) 0xfe && bytes[1] == (byte) 0xff) {
      return Optional.of("UTF-16BE").filter(name -> reads(bytes, StandardCharsets.UTF_16BE));
    }
    return Optional.empty();
  }

  private static Optional<String> withoutMark(byte[] bytes) {
    boolean wide = bytes.length >= 4 && contains(bytes, (byte) 0);
    if (wide && reads(bytes, StandardCharsets.UTF_16LE)) {
      return Optional.of("UTF-16LE");
    }
    return wide && reads(bytes, StandardCharsets.UTF_16BE)
        ? Optional.of("UTF-16BE")
        : Optional.empty();
  }

  private static boolean contains(byte[] bytes, byte wanted) {
    for (byte each : bytes) {
      if (each == wanted) {
        return true;
      }
    }
    return false;
  }

  /** Whether the bytes make text in an encoding of two bytes a letter. */
  private static boolean reads(byte[] bytes, Charset charset) {
    CharBuffer text;
    try {
      text =
          charset
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .decode(ByteBuffer.wrap(bytes, 0, bytes.length & ~1));
    } catch (CharacterCodingException e) {
      return false;
    }
    // Of bytes taken in the wrong order hardly one pair is a sign of a script with an alphabet.
    long common =
        text.chars().filter(c -> c == '\ufeff' || c == '\n' || c == '\r' || c == '\t').count();
    common += text.chars().filter(c -> c >= ' ' && c < 0x2100 && Character.isDefined(c)).count();
    long han = text.chars().filter(c -> c >= 0x3000 && c < 0xa000).count();
    boolean spaced = text.chars().anyMatch(c -> c == ' ' || c == '\n' || c == '\u3002');
    return common >= text.length() * 0.9 || spaced && common + han >= text.length() * 0.95;
  }

  /**
   * By how the bytes above ASCII stand: in words of their own in other scripts, between ASCII
   * letters in western ones.
   */
  private static Optional<String> oneByte(byte[] bytes) {
    int high = 0;
    int inWords = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] >= 0 && bytes[i] < ' ' && !isBlank(bytes[i]) || bytes[i] == 0x7f) {
        return Optional.empty();
      }
      int start = i;
      while (i < bytes.length && bytes[i] < 0) {
        i++;
      }
      high += i - start;
      inWords += i - start >= SHORTEST_WORD ? i - start : 0;
      i -= i > start ? 1 : 0;
    }
    if (high == 0) {
      return Optional.empty(); // ASCII is UTF-8
    }
    return Optional.of(inWords * 2 > high ? script(bytes, high) : "windows-1252");
  }

  /** Hebrew and Cyrillic letters have their places at the end of the one-byte encodings. */
  private static String script(byte[] bytes, int high) {
    int signs = 0;
    int hebrewOfDos = 0;
    int capitalsInside = 0;
    boolean hebrew = true;
    for (int i = 0; i < bytes.length; i++) {
      int c = bytes[i] & 0xff;
      if (c >= 0x80 && c < 0xc0) {
        signs++;
        hebrewOfDos += c <= 0x9a ? 1 : 0;
      } else if (c >= 0xc0) {
        boolean isInside = i > 0 && (bytes[i - 1] & 0xff) >= 0xc0;
        boolean isLast = i + 1 == bytes.length || bytes[i + 1] >= 0;
        capitalsInside += c < 0xe0 && isInside ? 1 : 0;
        hebrew &= c >= 0xe0 && c <= 0xfa && (isLast || HEBREW_FINALS.indexOf(c) < 0);
      }
    }
    if (hebrewOfDos * 10 >= high * 9) {
      return "CP862";
    }
    // Half of an East Asian letter, or a script whose letters are elsewhere.
    if (signs * 6 > high || capitalsInside * 15 > high) {
      return UNKNOWN;
    }
    return hebrew ? "windows-1255" : "windows-1251";
  }

  private static boolean isBlank(byte c) {
    return c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == ESCAPE;
  }
}
