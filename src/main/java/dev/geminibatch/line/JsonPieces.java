package dev.geminibatch.line;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds requests that are part of JSON which is written over several lines, among lines that keep
 * to one: {@code "request":} on a line, its object on the next. Nobody meant them to be sent by
 * themselves.
 */
public final class JsonPieces {
  private JsonPieces() {}

  /**
   * Rejects such requests.
   *
   * @param lines that follow each other
   */
  public static List<CheckedLine> rejectIn(List<CheckedLine> lines) {
    if (lines.stream().noneMatch(JsonPieces::isPiece)) {
      return lines;
    }
    List<CheckedLine> checked = new ArrayList<>(lines.size());
    for (int i = 0; i < lines.size(); i++) {
      CheckedLine line = lines.get(i);
      boolean follows = i > 0 && isPiece(lines.get(i - 1)) && NotJson.opens(bytes(lines, i - 1));
      boolean precedes =
          i + 1 < lines.size() && isPiece(lines.get(i + 1)) && NotJson.closes(bytes(lines, i + 1));
      boolean isPart = line instanceof BatchRequest && (follows || precedes);
      checked.add(isPart ? NotJson.part(line) : line);
    }
    return checked;
  }

  private static byte[] bytes(List<CheckedLine> lines, int index) {
    return lines.get(index).line().bytes();
  }

  private static boolean isPiece(CheckedLine line) {
    return line instanceof RejectedLine rejected
        && (rejected.problem().is(ProblemCode.NOT_JSON)
            || rejected.problem().is(ProblemCode.NOT_AN_OBJECT))
        && NotJson.isPiece(rejected.line().bytes());
  }
}
