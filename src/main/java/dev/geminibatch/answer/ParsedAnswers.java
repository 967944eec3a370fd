package dev.geminibatch.answer;

import dev.geminibatch.io.DaemonThreads;
import dev.geminibatch.job.KeyTable;
import dev.geminibatch.line.Line;
import dev.geminibatch.line.LineGroups;
import dev.geminibatch.line.LineReader;
import dev.geminibatch.line.LineTooLarge;
import dev.geminibatch.line.ReadAhead;
import dev.geminibatch.service.ServiceLimits;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The lines of a file of answers in their order, parsed on all processors if there are many. */
final class ParsedAnswers implements Iterator<ParsedAnswers.Parsed>, Closeable {
  /** A file that is parsed before other threads would have begun. */
  private static final long SMALL = 4 << 20;

  private static final long MOST_BYTES_AHEAD =
      Math.min(6 << 20, Runtime.getRuntime().maxMemory() / 128);

  private final LineReader lines;

  /** Null for a small file. */
  private final ExecutorService workers;

  private final ReadAhead<List<Line>, List<Parsed>> groups;
  private Iterator<Parsed> group = Collections.emptyIterator();

  /**
   * A line.
   *
   * @param answer null if the line is not JSON
   * @param keyHash of the answer's key, if it has one
   * @param textHash of what the model wrote; 0 for nothing
   */
  record Parsed(Line line, AnswerLine answer, long keyHash, long textHash) {
    static Parsed of(Line line) {
      AnswerLine answer = AnswerMatcher.read(line);
      return answer == null
          ? new Parsed(line, null, 0, 0)
          : new Parsed(
              line,
              answer,
              answer.key().map(KeyTable::hash).orElse(0L),
              answer.candidate().map(candidate -> KeyTable.hash(candidate.text())).orElse(0L));
    }
  }

  ParsedAnswers(Path answers) throws IOException {
    boolean isSmall = Files.size(answers) <= SMALL;
    this.lines = LineReader.open(answers, ServiceLimits.MAX_ANSWER_BYTES);
    this.workers =
        isSmall
            ? null
            : Executors.newFixedThreadPool(
                Runtime.getRuntime().availableProcessors(), DaemonThreads.named("answers"));
    this.groups =
        isSmall
            ? null
            : new ReadAhead<>(
                new LineGroups(lines, number -> true, at -> {}),
                some -> some.stream().mapToLong(line -> line.bytes().length).sum(),
                MOST_BYTES_AHEAD,
                some -> some.stream().map(Parsed::of).toList(),
                workers);
  }

  @Override
  public boolean hasNext() {
    if (groups == null) {
      return lines.hasNext();
    }
    while (!group.hasNext() && groups.hasNext()) {
      group = nextGroup();
    }
    return group.hasNext();
  }

  private Iterator<Parsed> nextGroup() {
    try {
      return groups.next().iterator();
    } catch (LineTooLarge e) {
      throw new OutOfMemoryError("One answer needs more memory than there is");
    }
  }

  @Override
  public Parsed next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return groups == null ? Parsed.of(lines.next()) : group.next();
  }

  @Override
  public void close() throws IOException {
    if (groups != null) {
      groups.cancel();
      workers.shutdown();
    }
    lines.close();
  }
}
