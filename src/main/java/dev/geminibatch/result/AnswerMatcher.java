package dev.geminibatch.result;

import dev.geminibatch.request.Line;
import dev.geminibatch.request.LineReader;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * Finds to which request of a job each answer belongs. By key only: the order of the answers is not
 * relied upon, some may be missing, and some may be nobody's.
 */
public final class AnswerMatcher {
  /** Longer than any answer; a service that sends more on one line is broken. */
  private static final int LONGEST_ANSWER = 1 << 30;

  /** In a matches file: there is no answer. */
  static final long NONE = -1;

  private AnswerMatcher() {}

  /**
   * What the answers of a job came to.
   *
   * @param answered requests with an answer
   * @param failed requests with an error in place of an answer, or with nothing
   * @param strange lines that are not JSON, answer no request of the job, or answer one again
   */
  public record Outcome(long answered, long failed, long strange, Tokens tokens) {}

  /**
   * Writes for each request where its answer begins: one number of eight bytes each, in the order
   * of the job's index; twice the offset, plus one when the line reports an error.
   *
   * @param answers empty when the job has none
   */
  public static Outcome match(Path index, Optional<Path> answers, Path matches) throws IOException {
    KeyTable keys = keysOf(index);
    long[] places = new long[keys.size()];
    Arrays.fill(places, NONE);
    long strange = 0;
    Tokens tokens = Tokens.NONE;
    if (answers.isPresent()) {
      try (LineReader lines = LineReader.open(answers.get(), LONGEST_ANSWER)) {
        while (lines.hasNext()) {
          Line line = lines.next();
          AnswerLine answer = read(line);
          int number = answer == null ? -1 : numberOf(answer, keys);
          if (number < 0 || !takePlace(places, number, line, answer)) {
            strange++;
          }
          if (answer != null) {
            tokens = tokens.plus(answer.tokens());
          }
        }
      }
    }
    write(places, matches);
    long answered = Arrays.stream(places).filter(p -> p != NONE && (p & 1) == 0).count();
    return new Outcome(answered, places.length - answered, strange, tokens);
  }

  private static KeyTable keysOf(Path index) throws IOException {
    KeyTable keys = new KeyTable();
    try (JobIndex.Reader reader = new JobIndex.Reader(index)) {
      Optional<JobIndex.Entry> entry;
      while ((entry = reader.next()).isPresent()) {
        keys.add(entry.get().keyHash());
      }
    }
    return keys;
  }

  private static AnswerLine read(Line line) {
    try {
      return AnswerLine.read(line.bytes());
    } catch (IOException e) {
      return null;
    }
  }

  private static int numberOf(AnswerLine answer, KeyTable keys) {
    return answer.key().map(key -> keys.find(KeyTable.hash(key))).orElse(-1);
  }

  /** The first answer counts, except that an answer is better than an error. */
  private static boolean takePlace(long[] places, int number, Line line, AnswerLine answer) {
    boolean failed = answer.problem().isPresent();
    boolean free = places[number] == NONE;
    if (free || (places[number] & 1) == 1 && !failed) {
      places[number] = line.offset() << 1 | (failed ? 1 : 0);
    }
    return free;
  }

  private static void write(long[] places, Path matches) throws IOException {
    try (DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(matches), 1 << 16))) {
      for (long place : places) {
        out.writeLong(place);
      }
    }
  }
}
