package dev.geminibatch.result;

import dev.geminibatch.request.LineProblem;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/** The requests of a job in their order, each with what the service answered to it. */
public final class JobAnswers implements Closeable {
  private final JobIndex.Reader index;
  private final DataInputStream matches;
  private final LinesAt answers;
  private final LineProblem withoutAnswer;
  private JobIndex.Entry entry;
  private byte[] answer;
  private AnswerLine read;

  /**
   * Opens the files that {@link AnswerMatcher} has read and written.
   *
   * @param answers empty when the job has none
   * @param withoutAnswer the problem of requests for which there is no line
   */
  public JobAnswers(Path index, Path matches, Optional<Path> answers, LineProblem withoutAnswer)
      throws IOException {
    this.index = new JobIndex.Reader(index);
    this.matches =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(matches), 1 << 16));
    this.answers = answers.isPresent() ? new LinesAt(answers.get()) : null;
    this.withoutAnswer = withoutAnswer;
  }

  /** The line of the first request of a job; empty if it has none. */
  public static OptionalLong firstLine(Path index) throws IOException {
    try (JobIndex.Reader reader = new JobIndex.Reader(index)) {
      return reader.next().map(entry -> OptionalLong.of(entry.line())).orElse(OptionalLong.empty());
    }
  }

  /** Goes to the next request; false at the end. */
  public boolean advance() throws IOException {
    entry = index.next().orElse(null);
    if (entry == null) {
      return false;
    }
    long place = matches.readLong();
    answer = place == AnswerMatcher.NONE ? null : answers.read(place >> 1);
    read = answer == null ? null : AnswerLine.read(answer);
    return true;
  }

  /** The present request. */
  public JobIndex.Entry entry() {
    return entry;
  }

  /** The service's line for the present request, without its line end. */
  byte[] answer() {
    return answer;
  }

  AnswerLine read() {
    return read;
  }

  /** Why the present request has no answer; empty if it has one. */
  public Optional<LineProblem> problem() {
    return read == null ? Optional.of(withoutAnswer) : read.problem();
  }

  Tokens tokens() {
    return read == null ? Tokens.NONE : read.tokens();
  }

  @Override
  public void close() throws IOException {
    index.close();
    matches.close();
    if (answers != null) {
      answers.close();
    }
  }
}
