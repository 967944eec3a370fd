package dev.geminibatch.request;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Finds {@code [[FILE:path]]} tags in a JSON string without touching the text around them.
 *
 * <p>The string is looked at in its escaped form, as it stands in the line, and the pieces of text
 * are given as byte ranges of it. So whatever escapes a program used, the text between two tags is
 * passed on byte for byte.
 */
final class TaggedText {
  private static final String OPENING = "[[FILE:";
  private static final String CLOSING = "]]";

  /** No file system has longer ones. */
  private static final int LONGEST_PATH = 4000;

  private final StringBuilder chars = new StringBuilder();

  /** For each char, where its bytes start in the line; one more entry for the end. */
  private int[] starts = new int[256];

  /** Text (path is null) or a tag. */
  record Piece(int start, int end, String path) {}

  /** A tag that is opened and never closed, or that names nothing. */
  static final class BadTag extends Exception {
    private static final long serialVersionUID = 1L;

    BadTag(String message) {
      super(message);
    }
  }

  /** Whether a line can hold a tag at all; a quick look that spares most lines the close one. */
  static boolean mayHaveTags(byte[] line) {
    int last = line.length - OPENING.length();
    for (int i = -1; (i = ByteSearch.indexOfEither(line, i + 1, last, '[', '\\')) >= 0; ) {
      boolean opens = line[i] == '[' && line[i + 1] == '[' && line[i + 2] == 'F';
      // An ASCII letter of the tag may be escaped.
      boolean escapes = line[i + 1] == 'u' && line[i + 2] == '0' && line[i + 3] == '0';
      if (opens || escapes) {
        return true;
      }
    }
    return false;
  }

  /**
   * Cuts the inside of a JSON string (between its quotes) at its tags.
   *
   * @return the pieces in order; empty text is left out; an empty list means that there is no tag
   */
  static List<Piece> cut(byte[] line, int start, int end) throws BadTag {
    TaggedText text = new TaggedText();
    text.decode(line, start, end);
    return text.cut();
  }

  private List<Piece> cut() throws BadTag {
    List<Piece> pieces = new ArrayList<>();
    int from = 0;
    int opening;
    while ((opening = chars.indexOf(OPENING, from)) >= 0) {
      int pathStart = opening + OPENING.length();
      int closing = chars.indexOf(CLOSING, pathStart);
      if (closing < 0) {
        throw new BadTag("a file tag is opened and not closed; write [[FILE:path]]");
      }
      String path = chars.substring(pathStart, closing).strip();
      if (path.length() > LONGEST_PATH) {
        throw new BadTag("a file tag has " + path.length() + " characters; write [[FILE:path]]");
      }
      if (path.isEmpty()) {
        throw new BadTag("a file tag names no file; write [[FILE:path]]");
      }
      if (opening > from) {
        pieces.add(new Piece(starts[from], starts[opening], null));
      }
      from = closing + CLOSING.length();
      pieces.add(new Piece(starts[opening], starts[from], path));
    }
    if (!pieces.isEmpty() && from < chars.length()) {
      pieces.add(new Piece(starts[from], starts[chars.length()], null));
    }
    return pieces;
  }

  private void decode(byte[] line, int start, int end) {
    int i = start;
    while (i < end) {
      int begin = i;
      int b = line[i++] & 0xFF;
      if (b == '\\') {
        int escaped = line[i++];
        if (escaped == 'u') {
          append(begin, (char) Integer.parseInt(new String(line, i, 4, US_ASCII), 16));
          i += 4;
        } else {
          append(begin, unescape(escaped));
        }
      } else if (b < 0x80) {
        append(begin, (char) b);
      } else {
        int more = b >= 0xF0 ? 3 : b >= 0xE0 ? 2 : 1;
        int codePoint = b & (0x3F >> more);
        for (int k = 0; k < more; k++) {
          codePoint = codePoint << 6 | line[i++] & 0x3F;
        }
        if (codePoint > 0xFFFF) {
          append(begin, Character.highSurrogate(codePoint));
          append(begin, Character.lowSurrogate(codePoint));
        } else {
          append(begin, (char) codePoint);
        }
      }
    }
    mark(chars.length(), end);
  }

  private void append(int begin, char c) {
    mark(chars.length(), begin);
    chars.append(c);
  }

  private void mark(int index, int at) {
    if (index == starts.length) {
      starts = Arrays.copyOf(starts, 2 * starts.length);
    }
    starts[index] = at;
  }

  private static char unescape(int escaped) {
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
