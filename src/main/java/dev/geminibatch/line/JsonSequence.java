package dev.geminibatch.line;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.function.LongConsumer;

/**
 * Writes JSON values one a line that stand in a list, or follow each other over several lines, in
 * constant memory.
 *
 * <p>Only what says where a value ends is checked here: brackets and quotes, and the commas between
 * the values of a list. Whether a value is JSON is seen when its line is read. A list that is not
 * closed, or a bracket or quote too many or too few, makes the whole file unreadable: what follows
 * would be taken for something else.
 */
public final class JsonSequence {
  private static final int BUFFER_BYTES = 1 << 16;

  private static final byte[] MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  /** As deep as a line may be, and more. */
  private static final int DEEPEST = 4096;

  private final OutputStream out;
  private final byte[] pending = new byte[BUFFER_BYTES];
  private int pendingBytes;
  private final byte[] open = new byte[DEEPEST];
  private int depth;
  private boolean inString;
  private boolean isEscaped;
  private boolean inScalar;
  private boolean inList;

  /** Whether the object around a list is open. */
  private boolean isWrapped;

  private boolean isCommaDue;
  private boolean isSpaceDue;
  private boolean wasReturn;
  private long line = 1;
  private long listBegan;
  private long valueBegan;
  private long linesOut;
  private long values;
  private int ofMark;

  private JsonSequence(OutputStream out) {
    this.out = out;
  }

  /**
   * Writes the values of a file. The line of a value has the number of the line on which it begins
   * there; of values that begin on the same line, the next ones that are free.
   *
   * @param wrapper how many bytes are before the list, in which an object around it begins; else 0
   * @param progress receives how many bytes were read
   * @return how many values there are
   */
  public static long write(InputStream in, OutputStream out, int wrapper, LongConsumer progress)
      throws IOException, BadFile {
    JsonSequence sequence = new JsonSequence(out);
    sequence.isWrapped = wrapper > 0;
    for (byte b : in.readNBytes(wrapper)) {
      sequence.countLines(b);
    }
    byte[] buffer = new byte[BUFFER_BYTES];
    long all = wrapper;
    for (int read; (read = in.read(buffer)) >= 0; ) {
      for (int i = 0; i < read; i++) {
        sequence.take(buffer[i]);
      }
      all += read;
      progress.accept(all);
    }
    sequence.end();
    sequence.flush();
    return sequence.values;
  }

  /**
   * Whether a file begins with a JSON object over several lines.
   *
   * @param most how many bytes of it are read
   */
  static boolean beginsOverSeveralLines(InputStream in, long most) throws IOException {
    JsonSequence sequence = new JsonSequence(OutputStream.nullOutputStream());
    byte[] buffer = new byte[BUFFER_BYTES];
    long left = most;
    try {
      for (int read; left > 0 && (read = in.read(buffer)) >= 0; left -= read) {
        for (int i = 0; i < read; i++) {
          sequence.take(buffer[i]);
          if (sequence.values == 1) {
            return sequence.line > sequence.valueBegan;
          }
        }
      }
    } catch (BadFile e) {
      return false;
    }
    return false;
  }

  private void take(byte b) throws IOException, BadFile {
    countLines(b);
    if (inString) {
      string(b);
    } else if (depth > 0) {
      inside(b);
    } else {
      between(b);
    }
  }

  private void put(int b) throws IOException {
    if (pendingBytes == pending.length) {
      flush();
    }
    pending[pendingBytes++] = (byte) b;
  }

  private void flush() throws IOException {
    out.write(pending, 0, pendingBytes);
    pendingBytes = 0;
  }

  private void countLines(byte b) {
    if (b == '\n' ? !wasReturn : b == '\r') {
      line++;
    }
    wasReturn = b == '\r';
  }

  private void string(byte b) throws IOException, BadFile {
    if (b == '\n' || b == '\r') {
      throw new BadFile(
          "A text in quotes is not closed on line "
              + (line - 1)
              + ", in the request that begins on"
              + " line "
              + valueBegan
              + "; write a line break in a text as \\n.");
    }
    put(b);
    if (isEscaped) {
      isEscaped = false;
    } else if (b == '\\') {
      isEscaped = true;
    } else if (b == '"') {
      inString = false;
      if (depth == 0) {
        endValue();
      }
    }
  }

  private void inside(byte b) throws IOException, BadFile {
    if (isSpace(b)) {
      isSpaceDue = true;
      return;
    }
    if (isSpaceDue) {
      put(' ');
      isSpaceDue = false;
    }
    put(b);
    switch (b) {
      case '"' -> inString = true;
      case '{', '[' -> open(b);
      case '}', ']' -> {
        if (open[depth - 1] != (b == '}' ? '{' : '[')) {
          throw new BadFile(
              "The bracket "
                  + (char) b
                  + " on line "
                  + line
                  + " closes nothing, in the request that"
                  + " begins on line "
                  + valueBegan
                  + "; correct it there.");
        }
        if (--depth == 0) {
          endValue();
        }
      }
      default -> {}
    }
  }

  private void between(byte b) throws IOException, BadFile {
    if (inScalar && !isSpace(b) && b != ',' && b != ']') {
      put(b);
      return;
    }
    if (inScalar) {
      inScalar = false;
      endValue();
    }
    if (isSpace(b) || isMark(b)) {
      return;
    }
    switch (b) {
      case ',' -> comma();
      case ']' -> endList();
      case '[' -> {
        if (inList) {
          beginValue(b);
        } else {
          inList = true;
          isCommaDue = false;
          listBegan = line;
        }
      }
      case '}' -> endWrapper();
      case 0 ->
          throw new BadFile(
              "The file has zero bytes on line "
                  + line
                  + ": it was not written or copied to its end;"
                  + " write or copy it again.");
      default -> beginValue(b);
    }
  }

  /** Files that are joined may each have a byte order mark. */
  private boolean isMark(byte b) {
    boolean isNext = b == MARK[ofMark];
    ofMark = isNext ? (ofMark + 1) % MARK.length : 0;
    return isNext;
  }

  private void comma() throws BadFile {
    if (isWrapped && !inList) {
      throw new BadFile(
          "Something stands beside the list of requests on line "
              + line
              + ", which would not be read; write the list alone, [{...}, {...}].");
    }
    if (!inList || !isCommaDue) {
      throw new BadFile(
          inList
              ? "A comma on line " + line + " has no request before it; remove it."
              : "A comma on line "
                  + line
                  + " stands between requests that are not in a list; remove it,"
                  + " or write [ before the first and ] after the last request.");
    }
    isCommaDue = false;
  }

  private void endWrapper() throws BadFile {
    if (!isWrapped || inList) {
      throw new BadFile("The bracket } on line " + line + " closes nothing; remove it.");
    }
    isWrapped = false;
  }

  private void endList() throws BadFile {
    if (!inList) {
      throw new BadFile("The bracket ] on line " + line + " closes nothing; remove it.");
    }
    inList = false;
    isCommaDue = false;
  }

  private void beginValue(byte b) throws IOException, BadFile {
    if (inList && isCommaDue) {
      throw new BadFile(
          "A comma is missing on line "
              + line
              + ", before the request that begins there; write [{...},"
              + " {...}].");
    }
    valueBegan = line;
    while (linesOut < line - 1) {
      put('\n');
      linesOut++;
    }
    put(b);
    if (b == '"') {
      inString = true;
    } else if (b == '{' || b == '[') {
      open(b);
    } else {
      inScalar = true;
    }
  }

  private void open(byte bracket) throws BadFile {
    if (depth == DEEPEST) {
      throw new BadFile(
          "The request that begins on line " + valueBegan + " is nested too deeply. Nest it less.");
    }
    open[depth++] = bracket;
  }

  private void endValue() throws IOException {
    put('\n');
    linesOut++;
    values++;
    isSpaceDue = false;
    isCommaDue = true;
  }

  private void end() throws IOException, BadFile {
    if (inScalar) {
      inScalar = false;
      endValue();
    }
    if (depth > 0 || inString) {
      throw incomplete("in the middle of the request that begins on line " + valueBegan);
    }
    if (isWrapped && !inList) {
      throw incomplete("before the object around the list is closed");
    }
    if (inList) {
      throw incomplete("before the list that begins on line " + listBegan + " is closed");
    }
  }

  private BadFile incomplete(String where) {
    return new BadFile(
        "The file ends on line "
            + line
            + " "
            + where
            + ": it is not complete, so none of it is sent. Export or copy it again, or close it by"
            + " hand.");
  }

  private static boolean isSpace(byte b) {
    return b == ' ' || b == '\t' || b == '\r' || b == '\n' || b == 0x1E;
  }
}
