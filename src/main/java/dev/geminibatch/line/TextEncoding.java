package dev.geminibatch.line;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.util.Locale;

/** Says in which encoding bytes are that are not UTF-8, as well as can be guessed. */
final class TextEncoding {
  private TextEncoding() {}

  /** The first byte from which on it is not UTF-8; -1 if it is, as far as it goes. */
  static int firstInvalid(byte[] bytes, int from, int to) {
    CharsetDecoder decoder = UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(bytes, from, to - from);
    CharBuffer out = CharBuffer.allocate(1 << 12);
    while (true) {
      CoderResult result = decoder.decode(in, out, false);
      if (result.isError()) {
        return in.position();
      }
      if (result.isUnderflow()) {
        return -1; // what is left is the beginning of a character
      }
      out.clear();
    }
  }

  /** What to do about a file that is not UTF-8: which encoding it seems to have, and a remedy. */
  static String remedy(byte[] bytes, int from, int to) {
    String name = guess(bytes, from, to);
    return name.isEmpty()
        ? "convert it (iconv -f ITS-ENCODING -t UTF-8 x.jsonl > y.jsonl) or save it as UTF-8"
        : "it looks like "
            + name
            + "; convert it (iconv -f "
            + name.replaceAll(" .*", "").toUpperCase(Locale.ROOT)
            + " -t UTF-8 x.jsonl > y.jsonl) or save it as UTF-8";
  }

  private static String guess(byte[] bytes, int from, int to) {
    int high = 0;
    int alone = 0;
    int hebrew = 0;
    int cyrillic = 0;
    int ofDos = 0;
    for (int i = from; i < to; i++) {
      int b = bytes[i] & 0xFF;
      if (b < 0x80) {
        continue;
      }
      high++;
      alone += isAscii(bytes, i - 1, from, to) && isAscii(bytes, i + 1, from, to) ? 1 : 0;
      hebrew += b >= 0xE0 && b <= 0xFA ? 1 : 0;
      cyrillic += b >= 0xC0 ? 1 : 0;
      ofDos += b <= 0x9A ? 1 : 0;
    }
    if (alone * 10 >= high * 7) {
      return "Windows-1252 (Western European)";
    }
    if (hebrew * 10 >= high * 9) {
      return "Windows-1255 (Hebrew)";
    }
    if (ofDos * 10 >= high * 9) {
      return "CP862 (Hebrew of DOS)";
    }
    return cyrillic * 10 >= high * 9 ? "Windows-1251 (Cyrillic)" : "";
  }

  private static boolean isAscii(byte[] bytes, int at, int from, int to) {
    return at < from || at >= to || bytes[at] >= 0;
  }
}
