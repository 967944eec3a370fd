package dev.geminibatch.window;

import dev.geminibatch.ledger.RunCosts.Used;
import java.time.Clock;
import java.util.List;

/**
 * What was answered and what it cost.
 *
 * @param pricesOf the date of the prices; empty if there are none
 * @param chart null if there is nothing to show
 * @param next the address of the next page of files; null if this is the last
 */
record CostsPage(
    Frame frame,
    long days,
    List<Card> cards,
    String pricesOf,
    CostChart chart,
    List<Part> parts,
    List<File> files,
    String next) {
  /** A sum, and when it was spent. */
  record Card(String when, Spent spent) {}

  /**
   * A table.
   *
   * @param of what its rows are
   */
  record Part(String title, String of, List<Spent> rows) {}

  /** An input. */
  record File(String runId, String name, String profile, Moment received, Spent spent) {
    static File of(Used run, Spent spent, Clock clock) {
      return new File(
          run.runId(), run.name(), run.profile(), Moment.of(run.created(), clock), spent);
    }
  }
}
