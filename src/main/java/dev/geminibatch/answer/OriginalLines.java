package dev.geminibatch.answer;

import dev.geminibatch.line.BatchRequest;
import dev.geminibatch.line.CheckedLine;
import dev.geminibatch.line.FileTag;
import dev.geminibatch.line.Line;
import dev.geminibatch.line.LineProblem;
import dev.geminibatch.line.LinesAt;
import dev.geminibatch.line.RequestKey;
import dev.geminibatch.line.RequestReader;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The lines of the input, by their places: for their own keys, for errors, and to be shown. */
final class OriginalLines implements Closeable {
  /** Enough of a line that is too long to be repeated to find its key. */
  private static final int BEGINNING = 1024;

  private final LinesAt input;
  private final RequestReader requests;

  /**
   * Opens the input.
   *
   * @param input empty if it cannot be relied upon any more
   */
  OriginalLines(Optional<Path> input, RequestReader requests) throws IOException {
    this.input = input.isPresent() ? new LinesAt(input.get()) : null;
    this.requests = requests;
  }

  /** Whether the input is still what was sent. */
  boolean isThere() {
    return input != null;
  }

  /** The line at a place; null if it cannot be relied upon. */
  byte[] read(long offset) throws IOException {
    return input == null ? null : input.read(offset);
  }

  /** At most so many bytes of the line at a place; none if it cannot be relied upon. */
  byte[] read(long offset, int most) throws IOException {
    return input == null ? new byte[0] : input.read(offset, most);
  }

  /** The key of the line at a place, which must be there. */
  RequestKey key(long number, long offset) throws IOException {
    byte[] original = input.read(offset);
    return requests.read(new Line(number, offset, original, original.length)).key();
  }

  /**
   * A line for the errors file.
   *
   * @param original null if it is not to be repeated
   */
  byte[] error(
      long number, long offset, byte[] original, LineProblem problem, Optional<byte[]> rejected)
      throws IOException {
    CheckedLine line =
        original != null
            ? requests.read(new Line(number, offset, original, original.length))
            : requests.read(new Line(number, offset, read(offset, BEGINNING), Long.MAX_VALUE));
    // Of a line of an errors file, the line that it reported: else it would be wrapped each time.
    return ErrorLine.of(
        line.key(),
        number,
        DeadFile.judged(problem, line),
        original == null ? null : line.line().bytes(),
        rejected);
  }

  /** A line for a person. */
  ShownLine shown(
      long number, long offset, byte[] original, Optional<LineProblem> problem, String text) {
    byte[] bytes = original == null ? new byte[0] : original;
    CheckedLine line = requests.read(new Line(number, offset, bytes, bytes.length));
    List<String> tags =
        line instanceof BatchRequest request
            ? request.tags().stream().map(FileTag::path).distinct().toList()
            : List.of();
    return new ShownLine(
        number, line.key().text(), tags, problem.map(each -> DeadFile.judged(each, line)), text);
  }

  @Override
  public void close() throws IOException {
    if (input != null) {
      input.close();
    }
  }
}
