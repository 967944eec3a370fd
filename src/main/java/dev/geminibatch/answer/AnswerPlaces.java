package dev.geminibatch.answer;

import dev.geminibatch.io.PrivateFiles;
import dev.geminibatch.line.Line;
import dev.geminibatch.line.LinesAt;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/** Where in a file of answers the one to each request of a job begins. */
final class AnswerPlaces implements Closeable {
  /** There is no answer. */
  static final long NONE = -1;

  /** There are two answers that contradict each other, so neither counts. */
  static final long CONTRADICTORY = -3;

  private final Path answers;
  private final long[] places;

  /** Opened for the first answer that comes twice. */
  private LinesAt lines;

  AnswerPlaces(Path answers, int requests) {
    this.answers = answers;
    this.places = new long[requests];
    Arrays.fill(places, NONE);
  }

  /**
   * Takes an answer to a request. The first one counts, except that a good one is better than one
   * that is not. Two good ones that differ make both doubtful: the service has been seen to answer
   * under a wrong key.
   *
   * @return false if it is not the first one
   */
  boolean take(int number, Line line, AnswerLine answer, boolean failed) throws IOException {
    long place = places[number];
    boolean free = place == NONE;
    if (free || isFailed(place) && place != CONTRADICTORY && !failed) {
      places[number] = line.offset() << 1 | (failed ? 1 : 0);
    } else if (!failed && place != CONTRADICTORY && !text(answer).equals(textAt(place >> 1))) {
      places[number] = CONTRADICTORY;
    }
    return free;
  }

  private String textAt(long offset) throws IOException {
    if (lines == null) {
      lines = new LinesAt(answers);
    }
    return text(AnswerLine.read(lines.read(offset)));
  }

  private static String text(AnswerLine answer) {
    return answer.candidate().map(AnswerLine.Candidate::text).orElse("");
  }

  private static boolean isFailed(long place) {
    return (place & 1) == 1;
  }

  long answered() {
    return Arrays.stream(places).filter(place -> !isFailed(place)).count();
  }

  long matched() {
    return Arrays.stream(places).filter(place -> place != NONE).count();
  }

  /**
   * Writes a number of eight bytes for each request: twice the offset, plus one when the line does
   * not count as an answer; or an odd negative number.
   */
  void write(Path matches) throws IOException {
    try (DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(PrivateFiles.output(matches)))) {
      for (long place : places) {
        out.writeLong(place);
      }
    }
  }

  @Override
  public void close() throws IOException {
    if (lines != null) {
      lines.close();
    }
  }
}
