package dev.geminibatch.answer;

import dev.geminibatch.answer.RunLine.Verdict;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** The lines of a run in the order of its input, each with the attempt at it that counts. */
final class LineMerge implements Closeable {
  private static final long SKIPPED_IN_TIME_OF_ONE = 10;

  private final List<LineCursor> all = new ArrayList<>();
  private final List<LineCursor> sameLine = new ArrayList<>();
  private final PriorityQueue<LineCursor> cursors =
      new PriorityQueue<>(Comparator.comparingLong(LineCursor::line));

  private long passed;

  /** Adds lines; the cursor stands at its first one. */
  void add(LineCursor cursor) {
    cursors.add(cursor);
  }

  /** To be closed with this, whether it has any lines or not. */
  <T extends LineCursor> T closing(T cursor) {
    all.add(cursor);
    return cursor;
  }

  boolean hasNext() {
    return !cursors.isEmpty();
  }

  /** The number of the next line. */
  long line() {
    return cursors.peek().line();
  }

  /** How many lines were passed, those that were skipped by their share of the time. */
  long passed() {
    return passed;
  }

  /**
   * The next line: its answer if there is one, else the attempt that is under way, else the last.
   */
  LineCursor next() throws IOException {
    sameLine.clear();
    do {
      LineCursor cursor = cursors.poll();
      cursor.due();
      sameLine.add(cursor);
    } while (!cursors.isEmpty() && cursors.peek().line() == sameLine.get(0).line());
    LineCursor best = sameLine.get(0);
    for (LineCursor each : sameLine) {
      int difference = rank(each.verdict()) - rank(best.verdict());
      if (difference > 0 || difference == 0 && each.attempt() > best.attempt()) {
        best = each;
      }
    }
    return best;
  }

  private static int rank(Verdict verdict) {
    return switch (verdict) {
      case FAILED -> 0;
      case OPEN -> 1;
      case ANSWERED -> 2;
    };
  }

  /** Passes the line that {@link #next} gave, which must not be asked any more. */
  void pass() throws IOException {
    passed++;
    for (LineCursor each : sameLine) {
      if (each.advance()) {
        cursors.add(each);
      }
      passed += each.skipped() / SKIPPED_IN_TIME_OF_ONE;
    }
    sameLine.clear();
  }

  @Override
  public void close() throws IOException {
    for (LineCursor each : all) {
      each.close();
    }
  }
}
