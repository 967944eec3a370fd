package dev.geminibatch.answer;

import dev.geminibatch.io.DaemonThreads;
import dev.geminibatch.io.GrowingFile;
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
  private final JobRequests requests;
  private final JobRequests.Finder finder;

  /** Null for a small file. */
  private final ExecutorService workers;

  private final ReadAhead<List<Line>, List<Parsed>> groups;
  private Iterator<Parsed> group = Collections.emptyIterator();
  private Parsed next;

  /**
   * A line.
   *
   * @param answer null if the line is not JSON
   * @param request to which it belongs by its key; -1 if to none
   */
  record Parsed(Line line, AnswerLine answer, int request) {}

  private ParsedAnswers(LineReader lines, JobRequests requests, boolean isSmall) {
    this.lines = lines;
    this.requests = requests;
    this.finder = requests.finder();
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
                this::parsed,
                workers);
  }

  static ParsedAnswers of(Path answers, JobRequests requests) throws IOException {
    boolean isSmall = Files.size(answers) <= SMALL;
    return new ParsedAnswers(
        LineReader.open(answers, ServiceLimits.MAX_ANSWER_BYTES), requests, isSmall);
  }

  /** The same of many answers that still arrive. */
  static ParsedAnswers of(GrowingFile answers, JobRequests requests) throws IOException {
    return new ParsedAnswers(
        LineReader.open(answers, ServiceLimits.MAX_ANSWER_BYTES), requests, false);
  }

  private List<Parsed> parsed(List<Line> some) {
    JobRequests.Finder finder = requests.finder();
    return some.stream().map(line -> parsed(line, finder)).toList();
  }

  private static Parsed parsed(Line line, JobRequests.Finder finder) {
    AnswerLine answer = AnswerMatcher.read(line);
    return new Parsed(line, answer, answer == null ? -1 : finder.numberOf(line.number(), answer));
  }

  @Override
  public boolean hasNext() {
    if (next != null) {
      return true;
    }
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

  /** The next one, which must be there, and stays the next one. */
  Parsed peek() {
    next = next();
    return next;
  }

  @Override
  public Parsed next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    if (next != null) {
      Parsed peeked = next;
      next = null;
      return peeked;
    }
    return groups == null ? parsed(lines.next(), finder) : group.next();
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
