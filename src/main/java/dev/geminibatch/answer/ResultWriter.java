package dev.geminibatch.answer;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.geminibatch.io.SyncedOutput;
import dev.geminibatch.job.JobIndex;
import dev.geminibatch.job.Rejection;
import dev.geminibatch.line.BatchRequest;
import dev.geminibatch.line.CheckedLine;
import dev.geminibatch.line.FileTag;
import dev.geminibatch.line.Line;
import dev.geminibatch.line.LineProblem;
import dev.geminibatch.line.LinesAt;
import dev.geminibatch.line.RequestKey;
import dev.geminibatch.line.RequestReader;
import dev.geminibatch.service.Tokens;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;

/**
 * Writes the results and the errors of a run in the order of its input.
 *
 * <p>The jobs of a run and its rejected lines are each in input order already; they are merged, so
 * that memory does not grow with the run.
 */
public final class ResultWriter implements Closeable {
  private static final int BEGINNING = 1024;
  private static final ObjectReader REJECTIONS = new ObjectMapper().readerFor(Rejection.class);

  private final LinesAt input;
  private final RequestReader requests;
  private final Set<Closeable> open = new HashSet<>();
  private final PriorityQueue<Source> sources =
      new PriorityQueue<>((a, b) -> Long.compare(a.line(), b.line()));

  /** What was written. */
  public record Outcome(
      long answered, long failed, Map<String, Long> failuresByCode, Tokens tokens) {}

  /**
   * @param input where the lines came from; empty if it cannot be relied upon any more, so that
   *     answers keep the keys under which they were sent and errors do not repeat the requests
   */
  public ResultWriter(Optional<Path> input, RequestReader requests) throws IOException {
    this.input = input.isPresent() ? new LinesAt(input.get()) : null;
    this.requests = requests;
  }

  /** Opens the answers of a job. */
  @FunctionalInterface
  public interface Opening {
    JobAnswers open() throws IOException;
  }

  /**
   * Adds a job. Its files are opened when its first line is due and closed after its last one,
   * because a run may have more jobs than a process may have files.
   *
   * @param firstLine of its requests
   * @param attempt which attempt at its lines it is, counted from 1
   */
  public void addJob(long firstLine, Opening opening, int attempt) {
    sources.add(new JobSource(firstLine, opening, attempt));
  }

  /** Adds the lines that were not sent at an attempt. */
  public void addRejected(Path rejected, int attempt) throws IOException {
    RejectedSource source = new RejectedSource(rejected, attempt);
    open.add(source);
    if (source.advance()) {
      sources.add(source);
    }
  }

  /** Merges everything into the two files. */
  public Outcome write(Path results, Path errors) throws IOException {
    return write(results, errors, ShownLine.Taker.none());
  }

  /** As {@link #write(Path, Path)}, and shows some of the lines to somebody. */
  public Outcome write(Path results, Path errors, ShownLine.Taker shown) throws IOException {
    long answered = 0;
    long failed = 0;
    Map<String, Long> codes = new TreeMap<>();
    Tokens tokens = Tokens.NONE;
    try (OutputStream resultsOut = new SyncedOutput(results);
        OutputStream errorsOut = new SyncedOutput(errors)) {
      List<Source> sameLine = new ArrayList<>();
      while (!sources.isEmpty()) {
        takeNextLine(sameLine);
        Source source = best(sameLine);
        Optional<LineProblem> problem = source.problem();
        if (problem.isEmpty()) {
          resultsOut.write(source.result());
          resultsOut.write('\n');
          answered++;
        } else {
          errorsOut.write(source.error(problem.get()));
          codes.merge(problem.get().code(), 1L, Long::sum);
          failed++;
        }
        if (shown.wants(problem.isEmpty())) {
          shown.take(source.shown(problem));
        }
        for (Source each : sameLine) {
          tokens = tokens.plus(each.tokens());
          if (each.advance()) {
            sources.add(each);
          }
        }
      }
    }
    return new Outcome(answered, failed, codes, tokens);
  }

  /** All sources that have the next line: one for each attempt at it. */
  private void takeNextLine(List<Source> sameLine) throws IOException {
    sameLine.clear();
    do {
      Source source = sources.poll();
      source.due();
      sameLine.add(source);
    } while (!sources.isEmpty() && sources.peek().line() == sameLine.get(0).line());
  }

  /** The answer if there is one, else what went wrong last. */
  private static Source best(List<Source> sameLine) {
    Source best = sameLine.get(0);
    for (Source each : sameLine) {
      boolean answered = each.problem().isEmpty();
      boolean bestAnswered = best.problem().isEmpty();
      if (answered && !bestAnswered
          || answered == bestAnswered && each.attempt() > best.attempt()) {
        best = each;
      }
    }
    return best;
  }

  @Override
  public void close() throws IOException {
    for (Closeable each : open) {
      each.close();
    }
    if (input != null) {
      input.close();
    }
  }

  private byte[] original(long offset) throws IOException {
    return input == null ? null : input.read(offset);
  }

  /** Enough of a line that is too long to be repeated to find its key. */
  private byte[] beginning(long offset) throws IOException {
    return input == null ? new byte[0] : input.read(offset, BEGINNING);
  }

  private byte[] error(
      long number, long offset, byte[] original, LineProblem problem, Optional<byte[]> rejected)
      throws IOException {
    CheckedLine line =
        original != null
            ? requests.read(new Line(number, offset, original, original.length))
            : requests.read(new Line(number, offset, beginning(offset), Long.MAX_VALUE));
    // Of a line of an errors file, the line that it reported: else it would be wrapped each time.
    return ErrorLine.of(
        line.key(), number, problem, original == null ? null : line.line().bytes(), rejected);
  }

  private ShownLine shown(
      long number, long offset, byte[] original, Optional<LineProblem> problem, String text) {
    byte[] bytes = original == null ? new byte[0] : original;
    CheckedLine line = requests.read(new Line(number, offset, bytes, bytes.length));
    List<String> tags =
        line instanceof BatchRequest request
            ? request.tags().stream().map(FileTag::path).distinct().toList()
            : List.of();
    return new ShownLine(number, line.key().text(), tags, problem, text);
  }

  /** Lines of the run in ascending order. */
  private interface Source {
    /** Its present line is the next to be written. */
    default void due() throws IOException {}

    boolean advance() throws IOException;

    long line();

    int attempt();

    /** Why the present line has no answer; empty if it has one. */
    Optional<LineProblem> problem();

    /** What the present line has cost. */
    Tokens tokens();

    /** The present line for the results, without line end. */
    byte[] result() throws IOException;

    /** The present line for the errors, with line end. */
    byte[] error(LineProblem problem) throws IOException;

    /** The present line for a person. */
    ShownLine shown(Optional<LineProblem> problem) throws IOException;
  }

  private final class JobSource implements Source {
    private final long firstLine;
    private final Opening opening;
    private final int attempt;
    private JobAnswers answers;

    JobSource(long firstLine, Opening opening, int attempt) {
      this.firstLine = firstLine;
      this.opening = opening;
      this.attempt = attempt;
    }

    @Override
    public void due() throws IOException {
      if (answers == null) {
        answers = opening.open();
        open.add(answers);
        answers.advance();
      }
    }

    @Override
    public boolean advance() throws IOException {
      boolean more = answers.advance();
      if (!more) {
        open.remove(answers);
        answers.close();
      }
      return more;
    }

    @Override
    public long line() {
      return answers == null ? firstLine : answers.entry().line();
    }

    @Override
    public int attempt() {
      return attempt;
    }

    @Override
    public Optional<LineProblem> problem() {
      return answers.problem();
    }

    @Override
    public Tokens tokens() {
      return answers.tokens();
    }

    @Override
    public byte[] result() throws IOException {
      JobIndex.Entry entry = answers.entry();
      if (!entry.keyChanged() || input == null) {
        return answers.answer();
      }
      byte[] original = input.read(entry.offset());
      CheckedLine line =
          requests.read(new Line(entry.line(), entry.offset(), original, original.length));
      return withKey(answers.answer(), answers.read(), line.key());
    }

    @Override
    public byte[] error(LineProblem problem) throws IOException {
      JobIndex.Entry entry = answers.entry();
      return ResultWriter.this.error(
          entry.line(),
          entry.offset(),
          original(entry.offset()),
          problem,
          answers.rejectedAnswer());
    }

    @Override
    public ShownLine shown(Optional<LineProblem> problem) throws IOException {
      JobIndex.Entry entry = answers.entry();
      return ResultWriter.this.shown(
          entry.line(), entry.offset(), original(entry.offset()), problem, answers.text());
    }
  }

  private static byte[] withKey(byte[] answer, AnswerLine read, RequestKey key) {
    byte[] own = key.json().getBytes(StandardCharsets.UTF_8);
    byte[] result = new byte[answer.length - (read.keyEnd() - read.keyStart()) + own.length];
    System.arraycopy(answer, 0, result, 0, read.keyStart());
    System.arraycopy(own, 0, result, read.keyStart(), own.length);
    System.arraycopy(
        answer, read.keyEnd(), result, read.keyStart() + own.length, answer.length - read.keyEnd());
    return result;
  }

  private final class RejectedSource implements Source, Closeable {
    /** A line longer than this is named but not repeated. */
    private static final long LONGEST_REPEATED = 64L << 20;

    private final MappingIterator<Rejection> rejections;
    private final int attempt;
    private Rejection rejection;

    RejectedSource(Path file, int attempt) throws IOException {
      this.attempt = attempt;
      this.rejections = REJECTIONS.readValues(file.toFile());
    }

    @Override
    public boolean advance() throws IOException {
      rejection = rejections.hasNextValue() ? rejections.nextValue() : null;
      return rejection != null;
    }

    @Override
    public long line() {
      return rejection.line();
    }

    @Override
    public int attempt() {
      return attempt;
    }

    @Override
    public Optional<LineProblem> problem() {
      return Optional.of(rejection.problem());
    }

    @Override
    public Tokens tokens() {
      return Tokens.NONE;
    }

    @Override
    public byte[] result() {
      throw new IllegalStateException("A rejected line has no answer");
    }

    @Override
    public byte[] error(LineProblem problem) throws IOException {
      byte[] original = rejection.size() > LONGEST_REPEATED ? null : original(rejection.offset());
      return ResultWriter.this.error(
          rejection.line(), rejection.offset(), original, problem, Optional.empty());
    }

    @Override
    public ShownLine shown(Optional<LineProblem> problem) throws IOException {
      byte[] original = rejection.size() > LONGEST_REPEATED ? null : original(rejection.offset());
      return ResultWriter.this.shown(rejection.line(), rejection.offset(), original, problem, "");
    }

    @Override
    public void close() throws IOException {
      rejections.close();
    }
  }
}
