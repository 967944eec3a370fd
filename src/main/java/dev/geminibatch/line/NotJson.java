package dev.geminibatch.line;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.TextEncoding;
import java.io.IOException;
import java.util.Locale;

/** Says what is wrong with a line that is not one JSON object. */
final class NotJson {
  private static final String OVER_SEVERAL_LINES =
      "the line looks like a part of JSON that is written over several lines; write each request"
          + " on one line (jq -c . x.jsonl > y.jsonl)";

  private static final String REMEDY =
      "; write one request per line, without line breaks inside it";

  /** It keeps every name of a field. */
  private static final int MOST_BYTES_FOR_JACKSON = 1 << 20;

  private NotJson() {}

  /** The problem of a line that cannot be read to its end. */
  static LineProblem problem(byte[] line) {
    int invalid = TextEncoding.firstInvalid(line, 0, line.length);
    if (invalid >= 0) {
      return ProblemCode.NOT_UTF8.problem(
          String.format(
              Locale.ROOT,
              "the line is not UTF-8: byte 0x%02X at %d; %s",
              line[invalid],
              invalid,
              ofEncoding(line)));
    }
    if (indexOfZero(line) >= 0) {
      return ProblemCode.NOT_UTF8.problem(zeros(line));
    }
    if (isPiece(line)) {
      return ProblemCode.NOT_JSON.problem(OVER_SEVERAL_LINES);
    }
    if (line.length > MOST_BYTES_FOR_JACKSON) {
      return ProblemCode.NOT_JSON.problem(
          "the line is not JSON at byte " + JsonScanner.whereItIsWrong(line) + REMEDY);
    }
    return ProblemCode.NOT_JSON.problem(inWords(JsonScanner.whatIsWrong(line)));
  }

  /** What to do about bytes that are not UTF-8: which encoding they seem to have, and a remedy. */
  static String ofEncoding(byte[] bytes) {
    String name = TextEncoding.guess(bytes).orElse(TextEncoding.UNKNOWN);
    boolean isKnown = !name.equals(TextEncoding.UNKNOWN);
    return (isKnown ? "it looks like " + name + "; " : "") + TextEncoding.remedy(name);
  }

  private static int indexOfZero(byte[] line) {
    for (int i = 0; i < line.length; i++) {
      if (line[i] == 0) {
        return i;
      }
    }
    return -1;
  }

  /** What a line is that has zero bytes where text should be. */
  static String zeros(byte[] line) {
    int first = indexOfZero(line);
    int last = line.length;
    while (last > first && line[last - 1] == 0) {
      last--;
    }
    String what =
        last == 0 ? "consists of zero bytes" : "has zero bytes from byte " + first + " on";
    return "the line "
        + what
        + ": the file was not written or copied to its end; write or copy it again, or "
        + TextEncoding.ZEROS_REMEDY;
  }

  /** The problem of a line whose value is not an object. */
  static BadLine noObject(byte[] line) {
    return new BadLine(
        ProblemCode.NOT_AN_OBJECT,
        isPiece(line)
            ? OVER_SEVERAL_LINES
            : "the line is not a JSON object; write {\"key\":..., \"request\":{...}}");
  }

  /** A request that is part of JSON over several lines. */
  static RejectedLine part(CheckedLine line) {
    return new RejectedLine(
        line.line(), line.key(), ProblemCode.NOT_JSON.problem(OVER_SEVERAL_LINES));
  }

  /**
   * Fails if something follows the object of a line.
   *
   * @param end where the object ends
   */
  static void checkEnd(byte[] line, int end) throws BadLine {
    int at = ByteSearch.skipBlank(line, end, line.length);
    if (at == line.length) {
      return;
    }
    String follows =
        switch (line[at]) {
          case 0 -> throw new BadLine(ProblemCode.NOT_UTF8, zeros(line));
          case ',' ->
              "a comma follows the JSON object; write one request per line without commas between"
                  + " them, or the whole list, [{...}, {...}]";
          case ']', '}' -> "a bracket that closes nothing follows the JSON object; remove it";
          case '{' -> "another JSON object follows the first one; write one request per line";
          case (byte) 0xEF ->
              "a byte order mark follows the JSON object: files were joined without a line break;"
                  + " put one between them";
          default -> "something follows the JSON object; write one request per line";
        };
    throw new BadLine(ProblemCode.NOT_JSON, follows);
  }

  /** Whether the line looks like one of a JSON object or list over several lines. */
  static boolean isPiece(byte[] line) {
    int first = first(line);
    if (first == line.length) {
      return false;
    }
    return switch (line[first]) {
      case '}', ']', ',' -> true;
      case '"' ->
          line[last(line)] == ','
              || opens(line)
              || ByteSearch.indexOf(line, first, line.length, ':') > 0;
      case '{', '[' -> isOnlyBrackets(line, first) || endsWithCommaAfterObject(line);
      default -> false;
    };
  }

  /** Whether such a line is continued by what follows it. */
  static boolean opens(byte[] line) {
    int last = last(line);
    return last >= 0 && ",:[{".indexOf(line[last]) >= 0;
  }

  /** Whether such a line closes what was before it. */
  static boolean closes(byte[] line) {
    int first = first(line);
    return first < line.length && ",]}".indexOf(line[first]) >= 0;
  }

  private static boolean isOnlyBrackets(byte[] line, int first) {
    for (int i = first; i < line.length; i++) {
      if (line[i] > ' ' && "[]{}".indexOf(line[i]) < 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean endsWithCommaAfterObject(byte[] line) {
    int last = last(line);
    return line[last] == ',' && last > 0 && line[last - 1] == '}';
  }

  private static int first(byte[] line) {
    int first = 0;
    while (first < line.length && line[first] >= 0 && line[first] <= ' ') {
      first++;
    }
    return first;
  }

  private static int last(byte[] line) {
    int last = line.length - 1;
    while (last >= 0 && line[last] >= 0 && line[last] <= ' ') {
      last--;
    }
    return last;
  }

  private static String inWords(IOException wrong) {
    if (wrong instanceof StreamConstraintsException deep) {
      return "the line is nested too deeply: " + deep.getOriginalMessage();
    }
    if (wrong instanceof JsonParseException parse) {
      return "the line is not JSON at byte "
          + parse.getLocation().getByteOffset()
          + ": "
          + firstLine(parse.getOriginalMessage())
          + REMEDY;
    }
    return "the line is not JSON" + REMEDY;
  }

  private static String firstLine(String message) {
    return Amounts.firstLine(message).replaceAll(" \\(start marker at .*", "");
  }
}
