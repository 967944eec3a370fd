package dev.geminibatch.line;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import dev.geminibatch.io.Amounts;
import java.io.IOException;

/** Says what is wrong with a line that is not one JSON value. */
final class NotJson {
  private NotJson() {}

  /** The problem of a line that cannot be read to its end. */
  static LineProblem problem(byte[] line) {
    return ProblemCode.NOT_JSON.problem(inWords(JsonScanner.whatIsWrong(line)));
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
          + "; write one request per line, without line breaks inside it";
    }
    return "the line is not JSON; write one request per line, without line breaks inside it";
  }

  private static String firstLine(String message) {
    return Amounts.firstLine(message).replaceAll(" \\(start marker at .*", "");
  }
}
