package dev.geminibatch.window;

import dev.geminibatch.answer.RunLine.Verdict;
import dev.geminibatch.run.Run;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Some lines of a run.
 *
 * @param from the number of the first line that was asked for
 * @param next the address of those after them; null if there are none
 * @param earlier the address of those before them; null if that is not known
 * @param note what is to be said about them; empty for nothing
 */
record LinesPage(
    Frame frame,
    Run run,
    Optional<Verdict> verdict,
    long from,
    List<LineRow> rows,
    String next,
    String earlier,
    String note) {
  private static final String ALL = "all";

  /** What can be chosen. */
  static List<String> words() {
    return Stream.concat(Stream.of(ALL), Arrays.stream(Verdict.values()).map(LineRow::word))
        .toList();
  }

  /** What is chosen. */
  String word() {
    return word(verdict);
  }

  /** A verdict in an address, or the word for all. */
  static String word(Optional<Verdict> verdict) {
    return verdict.map(LineRow::word).orElse(ALL);
  }

  /**
   * What a word stands for: a verdict, or all.
   *
   * @throws BadRequest when it is neither
   */
  static Optional<Verdict> verdict(String word) {
    if (!words().contains(word)) {
      throw new BadRequest("The verdict must be all, open, answered or failed.");
    }
    return Arrays.stream(Verdict.values())
        .filter(each -> LineRow.word(each).equals(word))
        .findFirst();
  }
}
