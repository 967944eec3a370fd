package dev.geminibatch.report;

import dev.geminibatch.io.Amounts;
import java.util.List;

/**
 * A line in the page.
 *
 * @param outcome "answered", or the code of what is wrong
 * @param kind gives the outcome its colour
 * @param problem in words; empty if there is none
 */
record LineRow(
    long number,
    String key,
    String outcome,
    String kind,
    List<File> files,
    String problem,
    String text) {
  private static final int LONGEST_TEXT = 5000;

  /**
   * A file that a line names.
   *
   * @param address null if there is no such file
   */
  record File(String tag, String address, boolean isPicture) {}

  /** As much of a text as the page shows. */
  static String shortened(String text) {
    return Amounts.shortened(text, LONGEST_TEXT);
  }

  /** The class that gives an outcome its colour. */
  static String kind(boolean answered, boolean retryable) {
    if (answered) {
      return "answered";
    }
    return retryable ? "again" : "final";
  }
}
