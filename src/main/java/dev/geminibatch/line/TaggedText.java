package dev.geminibatch.line;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds {@code [[FILE:path]]} tags in a JSON string without touching the text around them.
 *
 * <p>The string is read in its escaped form, as it stands in the line, and the pieces of text are
 * given as byte ranges of it. So whatever escapes a program used, the text between two tags is
 * passed on byte for byte.
 */
final class TaggedText {
  private static final String OPENING = "[[FILE:";
  private static final String CLOSING = "]]";

  /** No file system has longer ones. */
  private static final int LONGEST_PATH = 4000;

  private final byte[] line;
  private final int end;

  /** The next character begins here; after {@link #decode}, the one after it. */
  private int position;

  private TaggedText(byte[] line, int start, int end) {
    this.line = line;
    this.position = start;
    this.end = end;
  }

  /** Text (path is null) or a tag. */
  record Piece(int start, int end, String path) {}

  /** A tag that is opened and never closed, or that names nothing. */
  static sealed class BadTag extends Exception {
    private static final long serialVersionUID = 1L;

    BadTag(String message) {
      super(message, null, false, false);
    }
  }

  /** There are more tags than a line may have. */
  static final class TooManyTags extends BadTag {
    private static final long serialVersionUID = 1L;

    TooManyTags() {
      super("there are too many file tags");
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
    return new TaggedText(line, start, end).cut();
  }

  private List<Piece> cut() throws BadTag {
    List<Piece> pieces = new ArrayList<>();
    int textStart = position;
    int opening;
    while ((opening = findOpening()) >= 0) {
      if (pieces.size() > 2 * LineLimits.FILES) {
        throw new TooManyTags();
      }
      if (opening > textStart) {
        pieces.add(new Piece(textStart, opening, null));
      }
      String path = readPath();
      pieces.add(new Piece(opening, position, path));
      textStart = position;
    }
    if (!pieces.isEmpty() && textStart < end) {
      pieces.add(new Piece(textStart, end, null));
    }
    return pieces;
  }

  /** Goes to behind the next opening of a tag; returns where it begins, or -1. */
  private int findOpening() {
    int[] begins = new int[OPENING.length()];
    int matched = 0;
    while (position < end) {
      if (matched == 0) {
        int candidate = ByteSearch.indexOfEither(line, position, end, '[', '\\');
        if (candidate < 0) {
          position = end;
          return -1;
        }
        position = candidate;
      }
      int begin = position;
      int c = decode();
      if (c == '[' && matched == 2) {
        begins[0] = begins[1]; // a bracket more than a tag has
        begins[1] = begin;
      } else if (c == OPENING.charAt(matched)) {
        begins[matched++] = begin;
        if (matched == OPENING.length()) {
          return begins[0];
        }
      } else {
        begins[0] = begin;
        matched = c == '[' ? 1 : 0; // it may be the first one of the next tag
      }
    }
    return -1;
  }

  /** Reads what stands in a tag, and goes to behind its closing. */
  private String readPath() throws BadTag {
    StringBuilder path = new StringBuilder();
    long length = 0;
    boolean afterBracket = false;
    while (position < end) {
      int c = decode();
      if (c == ']' && afterBracket) {
        return checked(path.substring(0, path.length() - 1).strip(), length - 1);
      }
      afterBracket = c == ']';
      length++;
      if (length <= LONGEST_PATH + 1) {
        path.appendCodePoint(c);
      }
    }
    throw new BadTag("a file tag is opened and not closed; write [[FILE:path]]");
  }

  private static String checked(String path, long length) throws BadTag {
    if (length > LONGEST_PATH) {
      throw new BadTag("a file tag has " + length + " characters; write [[FILE:path]]");
    }
    if (path.isEmpty()) {
      throw new BadTag("a file tag names no file; write [[FILE:path]]");
    }
    return path;
  }

  /** The character at the present position; half of one, where it is written as two escapes. */
  private int decode() {
    int b = line[position++] & 0xFF;
    if (b == '\\') {
      int escaped = line[position++];
      if (escaped != 'u') {
        return EscapedText.letter(escaped);
      }
      position += 4;
      return Integer.parseInt(new String(line, position - 4, 4, US_ASCII), 16);
    }
    if (b < 0x80) {
      return b;
    }
    int more = b >= 0xF0 ? 3 : b >= 0xE0 ? 2 : 1;
    int codePoint = b & (0x3F >> more);
    for (int k = 0; k < more; k++) {
      codePoint = codePoint << 6 | line[position++] & 0x3F;
    }
    return codePoint;
  }
}
