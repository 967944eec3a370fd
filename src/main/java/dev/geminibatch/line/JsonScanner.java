package dev.geminibatch.line;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.geminibatch.io.TextEncoding;
import java.io.IOException;
import java.util.Arrays;

/**
 * Goes through the JSON of one line token by token, knows where each begins and ends, and decodes
 * only what is asked for.
 *
 * <p>It takes what Jackson's parser takes, and is faster because the whole line is in memory and
 * most of it is only passed over. What is wrong with a line is reported in Jackson's words.
 */
public final class JsonScanner {
  /** As deep as Jackson goes. */
  private static final int DEEPEST = StreamReadConstraints.DEFAULT_MAX_DEPTH;

  private static final JsonFactory JACKSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNumberLength(Integer.MAX_VALUE)
                  .build())
          .build();

  private final byte[] bytes;
  private boolean[] isObject = new boolean[16];
  private int depth;
  private int position;
  private boolean isFirst = true;
  private boolean isValueDue;
  private JsonToken token;
  private int start;
  private int end;
  private boolean hasEscapes;
  private LetterCount letters;

  /** Begins before the first token of a line. */
  public JsonScanner(byte[] bytes) {
    this.bytes = bytes;
    // Where files with byte order marks are joined, one may be at the beginning of any line.
    position = bytes.length > 3 ? TextEncoding.markLength(bytes, 0, bytes.length) : 0;
  }

  /** Begins before the value at a place of a line that has been read before. */
  JsonScanner(byte[] bytes, int position) {
    this.bytes = bytes;
    this.position = position;
  }

  /** The line is not JSON, from the present place on. */
  public static final class Malformed extends IOException {
    private static final long serialVersionUID = 1L;

    @Override
    public Throwable fillInStackTrace() {
      return this; // it is an answer, not an accident
    }
  }

  /** Goes to the next token; null at the end of the line. */
  public JsonToken nextToken() throws Malformed {
    skipSpace();
    token = depth == 0 ? nextRoot() : isValueDue ? value() : next();
    return token;
  }

  private JsonToken nextRoot() throws Malformed {
    return position == bytes.length ? null : value();
  }

  private JsonToken next() throws Malformed {
    boolean inObject = isObject[depth];
    if (here() == (inObject ? '}' : ']')) {
      start = position++;
      end = position;
      depth--;
      isFirst = false;
      return inObject ? JsonToken.END_OBJECT : JsonToken.END_ARRAY;
    }
    if (!isFirst) {
      take(',');
      skipSpace();
    }
    isFirst = false;
    if (!inObject) {
      return value();
    }
    string();
    int nameEnd = end;
    skipSpace();
    take(':');
    end = nameEnd;
    isValueDue = true;
    return JsonToken.FIELD_NAME;
  }

  private JsonToken value() throws Malformed {
    isValueDue = false;
    byte b = here();
    switch (b) {
      case '"' -> {
        string();
        return JsonToken.VALUE_STRING;
      }
      case '{', '[' -> {
        open(b == '{');
        return b == '{' ? JsonToken.START_OBJECT : JsonToken.START_ARRAY;
      }
      case 't' -> {
        return literal("true", JsonToken.VALUE_TRUE);
      }
      case 'f' -> {
        return literal("false", JsonToken.VALUE_FALSE);
      }
      case 'n' -> {
        return literal("null", JsonToken.VALUE_NULL);
      }
      default -> {
        return number();
      }
    }
  }

  private void open(boolean object) throws Malformed {
    start = position++;
    end = position;
    if (++depth > DEEPEST) {
      throw new Malformed();
    }
    if (depth == isObject.length) {
      isObject = Arrays.copyOf(isObject, 2 * depth);
    }
    isObject[depth] = object;
    isFirst = true;
  }

  private JsonToken literal(String text, JsonToken what) throws Malformed {
    start = position;
    for (int i = 0; i < text.length(); i++) {
      take(text.charAt(i));
    }
    end = position;
    if (position < bytes.length && Character.isJavaIdentifierPart(bytes[position] & 0xFF)) {
      throw new Malformed();
    }
    return what;
  }

  private JsonToken number() throws Malformed {
    start = position;
    if (here() == '-') {
      position++;
    }
    if (here() == '0') {
      position++;
    } else {
      digits();
    }
    boolean isFraction = isHere('.');
    if (isFraction) {
      position++;
      digits();
    }
    boolean hasExponent = isHere('e') || isHere('E');
    if (hasExponent) {
      position++;
      if (isHere('+') || isHere('-')) {
        position++;
      }
      digits();
    }
    end = position;
    if (depth == 0 && position < bytes.length && !isSpace(bytes[position])) {
      throw new Malformed();
    }
    return isFraction || hasExponent ? JsonToken.VALUE_NUMBER_FLOAT : JsonToken.VALUE_NUMBER_INT;
  }

  private void digits() throws Malformed {
    if (!isDigit(here())) {
      throw new Malformed();
    }
    while (position < bytes.length && isDigit(bytes[position])) {
      position++;
    }
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }

  private void string() throws Malformed {
    start = position;
    take('"');
    hasEscapes = false;
    while (true) {
      position = ByteSearch.endOfPlainText(bytes, position, bytes.length);
      byte b = here();
      if (b < 0) {
        position = counted().pass(bytes, position);
      } else if (b == '"') {
        end = ++position;
        return;
      } else if (b == '\\') {
        hasEscapes = true;
        position++;
        escape();
      } else {
        throw new Malformed(); // a control character
      }
    }
  }

  private void escape() throws Malformed {
    byte b = here();
    position++;
    switch (b) {
      case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> counted().escapedSign();
      case 'u' -> {
        int letter = 0;
        for (int i = 0; i < 4; i++) {
          int digit = Character.digit(here(), 16);
          if (digit < 0) {
            throw new Malformed();
          }
          letter = letter << 4 | digit;
          position++;
        }
        counted().escaped(letter);
      }
      default -> throw new Malformed();
    }
  }

  private void skipSpace() {
    while (position < bytes.length && isSpace(bytes[position])) {
      position++;
    }
  }

  private static boolean isSpace(byte b) {
    return b == ' ' || b == '\t' || b == '\r' || b == '\n';
  }

  private byte here() throws Malformed {
    if (position >= bytes.length) {
      throw new Malformed();
    }
    return bytes[position];
  }

  private boolean isHere(char expected) {
    return position < bytes.length && bytes[position] == expected;
  }

  private void take(char expected) throws Malformed {
    if (here() != expected) {
      throw new Malformed();
    }
    position++;
  }

  private LetterCount counted() {
    if (letters == null) {
      letters = new LetterCount();
    }
    return letters;
  }

  /** The letters so far that are not plain ASCII; null if there are none. */
  LetterCount letters() {
    return letters;
  }

  /** By how much the escapes so far are longer than what they stand for. */
  public long escapeBytes() {
    return letters == null ? 0 : letters.escapeBytes();
  }

  /** Counts from here on as if these were all so far. */
  void setLetters(LetterCount letters) {
    this.letters = letters;
  }

  public JsonToken currentToken() {
    return token;
  }

  /** Where the present token begins. */
  public int start() {
    return start;
  }

  /** Where the present token ends; of an object or array, its opening bracket. */
  public int end() {
    return end;
  }

  /** Passes over the present value, whatever it is; returns where it ends. */
  public int skipValue() throws Malformed {
    if (token.isStructStart()) {
      int outside = depth - 1;
      while (depth > outside) {
        nextToken();
      }
    }
    return end;
  }

  /** The name of a field, the text of a string, the digits of a number. */
  public String text() {
    int quote = token.isNumeric() ? 0 : 1;
    return hasEscapes && quote == 1
        ? EscapedText.of(bytes, start + 1, end - 1)
        : new String(bytes, start + quote, end - start - 2 * quote, UTF_8);
  }

  /** Where a line stops being JSON. */
  static int whereItIsWrong(byte[] line) {
    JsonScanner scanner = new JsonScanner(line);
    try {
      while (scanner.nextToken() != null) {}
    } catch (Malformed e) {
      // here
    }
    return scanner.position;
  }

  /** What Jackson finds wrong with the line. */
  public static IOException whatIsWrong(byte[] line) {
    try (JsonParser parser = JACKSON.createParser(line)) {
      while (parser.nextToken() != null) {
        parser.finishToken();
      }
      return new Malformed();
    } catch (IOException e) {
      return e;
    }
  }
}
