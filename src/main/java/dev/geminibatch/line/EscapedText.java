package dev.geminibatch.line;

import static java.nio.charset.StandardCharsets.UTF_8;

/** The text of a JSON string that is known to be one, with its escapes undone. */
final class EscapedText {
  private EscapedText() {}

  /**
   * The text.
   *
   * @param start of what is between the quotes
   */
  static String of(byte[] bytes, int start, int end) {
    byte[] plain = new byte[end - start];
    int length = 0;
    int from = start;
    int at;
    while ((at = ByteSearch.indexOf(bytes, from, end, '\\')) >= 0) {
      System.arraycopy(bytes, from, plain, length, at - from);
      length += at - from;
      boolean isCode = bytes[at + 1] == 'u';
      char letter = isCode ? code(bytes, at + 2) : letter(bytes[at + 1]);
      if (letter >= 0x80) {
        return ofAny(bytes, start, end);
      }
      plain[length++] = (byte) letter;
      from = at + (isCode ? 6 : 2);
    }
    System.arraycopy(bytes, from, plain, length, end - from);
    return new String(plain, 0, length + end - from, UTF_8);
  }

  private static String ofAny(byte[] bytes, int start, int end) {
    StringBuilder text = new StringBuilder(end - start);
    int from = start;
    int at;
    while ((at = ByteSearch.indexOf(bytes, from, end, '\\')) >= 0) {
      text.append(new String(bytes, from, at - from, UTF_8));
      boolean isCode = bytes[at + 1] == 'u';
      text.append(isCode ? code(bytes, at + 2) : letter(bytes[at + 1]));
      from = at + (isCode ? 6 : 2);
    }
    return text.append(new String(bytes, from, end - from, UTF_8)).toString();
  }

  private static char code(byte[] bytes, int at) {
    int code = 0;
    for (int i = at; i < at + 4; i++) {
      code = code << 4 | Character.digit(bytes[i], 16);
    }
    return (char) code;
  }

  /** What the letter after a backslash stands for; not for the {@code u} of a code. */
  static char letter(int escaped) {
    return switch (escaped) {
      case 'n' -> '\n';
      case 't' -> '\t';
      case 'r' -> '\r';
      case 'b' -> '\b';
      case 'f' -> '\f';
      default -> (char) escaped;
    };
  }
}
