package dev.geminibatch.window;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.geminibatch.answer.RunLine;
import dev.geminibatch.answer.RunLine.Verdict;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.line.LineProblem;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/**
 * A line on a page.
 *
 * @param prompt the first texts of its request, or else how it begins
 */
record LineRow(RunLine line, List<Picture> files, String prompt) {
  private static final JsonFactory JSON = new JsonFactory();
  private static final int LONGEST_PROMPT = 160;

  /**
   * A file that a line names.
   *
   * @param address where it can be seen; null if it is no picture, or not there any more
   */
  record Picture(String tag, String address) {}

  static LineRow of(RunLine line, List<Picture> files) {
    return new LineRow(line, files, prompt(line.request()));
  }

  /** What has become of it: the code of what is wrong, or a word. */
  String outcome() {
    return line.problem().map(LineProblem::code).orElse(word(line.verdict()));
  }

  /** The class that gives its outcome a colour. */
  String kind() {
    return line.problem()
        .map(problem -> problem.retryable() ? "again" : "final")
        .orElse(word(line.verdict()));
  }

  String message() {
    return line.problem().map(LineProblem::message).orElse("");
  }

  /** A verdict in an address and on the page. */
  static String word(Verdict verdict) {
    return verdict.name().toLowerCase(Locale.ROOT);
  }

  /** The texts of a request in any form that is understood; it may lack its end. */
  private static String prompt(String request) {
    StringBuilder texts = new StringBuilder();
    try (JsonParser in = JSON.createParser(request)) {
      while (texts.length() <= LONGEST_PROMPT && in.nextToken() != null) {
        boolean isText =
            in.currentToken() == JsonToken.VALUE_STRING
                && ("text".equals(in.currentName()) || "content".equals(in.currentName()));
        if (isText) {
          texts.append(texts.isEmpty() ? "" : " ").append(in.getText().strip());
        }
      }
    } catch (IOException e) {
      // as far as it goes
    }
    return Amounts.shortened(texts.isEmpty() ? request : texts.toString(), LONGEST_PROMPT);
  }
}
