package dev.geminibatch.result;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.geminibatch.request.CheckedLine;
import dev.geminibatch.request.Line;
import dev.geminibatch.request.LineProblem;
import dev.geminibatch.request.RequestKey;
import dev.geminibatch.request.RequestReader;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.TreeMap;

/**
 * Writes the results and the errors of a run in the order of its input.
 *
 * <p>The jobs of a run and its rejected lines are each in input order already; they are merged, so
 * that memory does not grow with the run.
 */
public final class ResultWriter implements Closeable {
  private static final ObjectReader REJECTIONS = new ObjectMapper().readerFor(Rejection.class);

  private final LinesAt input;
  private final RequestReader requests;
  private final List<Closeable> open = new ArrayList<>();
  private final PriorityQueue<Source> sources =
      new PriorityQueue<>((a, b) -> Long.compare(a.line(), b.line()));

  /** What was written. */
  public record Outcome(
      long answered, long failed, Map<String, Long> failuresByCode, Tokens tokens) {}

  public ResultWriter(Path input, RequestReader requests) throws IOException {
    this.input = new LinesAt(input);
    this.requests = requests;
  }

  /**
   * Adds a job.
   *
   * @param answers empty when it has none
   * @param withoutAnswer the problem of its requests for which there is no line
   */
  public void addJob(Path index, Path matches, Optional<Path> answers, LineProblem withoutAnswer)
      throws IOException {
    add(new JobSource(index, matches, answers, withoutAnswer));
  }

  /** Adds the lines that were never sent. */
  public void addRejected(Path rejected) throws IOException {
    add(new RejectedSource(rejected));
  }

  private <S extends Source & Closeable> void add(S source) throws IOException {
    open.add(source);
    if (source.advance()) {
      sources.add(source);
    }
  }

  /** Merges everything into the two files. */
  public Outcome write(Path results, Path errors) throws IOException {
    long answered = 0;
    long failed = 0;
    Map<String, Long> codes = new TreeMap<>();
    Tokens tokens = Tokens.NONE;
    try (OutputStream resultsOut = buffered(results);
        OutputStream errorsOut = buffered(errors)) {
      while (!sources.isEmpty()) {
        Source source = sources.poll();
        tokens = tokens.plus(source.tokens());
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
        if (source.advance()) {
          sources.add(source);
        }
      }
    }
    return new Outcome(answered, failed, codes, tokens);
  }

  @Override
  public void close() throws IOException {
    for (Closeable each : open) {
      each.close();
    }
    input.close();
  }

  private static OutputStream buffered(Path file) throws IOException {
    return new BufferedOutputStream(Files.newOutputStream(file), 1 << 17);
  }

  private byte[] error(long number, long offset, byte[] original, LineProblem problem)
      throws IOException {
    byte[] line = original == null ? new byte[0] : original;
    RequestKey key = requests.read(new Line(number, offset, line, line.length)).key();
    return ErrorLine.of(key, number, problem, original);
  }

  /** Lines of the run in ascending order. */
  private interface Source {
    boolean advance() throws IOException;

    long line();

    /** Why the present line has no answer; empty if it has one. */
    Optional<LineProblem> problem();

    /** What the present line has cost. */
    Tokens tokens();

    /** The present line for the results, without line end. */
    byte[] result() throws IOException;

    /** The present line for the errors, with line end. */
    byte[] error(LineProblem problem) throws IOException;
  }

  private final class JobSource implements Source, Closeable {
    private final JobIndex.Reader index;
    private final DataInputStream matches;
    private final LinesAt answers;
    private final LineProblem withoutAnswer;
    private JobIndex.Entry entry;
    private byte[] answer;
    private AnswerLine read;

    JobSource(Path index, Path matches, Optional<Path> answers, LineProblem withoutAnswer)
        throws IOException {
      this.index = new JobIndex.Reader(index);
      this.matches =
          new DataInputStream(new BufferedInputStream(Files.newInputStream(matches), 1 << 16));
      this.answers = answers.isPresent() ? new LinesAt(answers.get()) : null;
      this.withoutAnswer = withoutAnswer;
    }

    @Override
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

    @Override
    public long line() {
      return entry.line();
    }

    @Override
    public Optional<LineProblem> problem() {
      return read == null ? Optional.of(withoutAnswer) : read.problem();
    }

    @Override
    public Tokens tokens() {
      return read == null ? Tokens.NONE : read.tokens();
    }

    @Override
    public byte[] result() throws IOException {
      if (!entry.keyChanged()) {
        return answer;
      }
      byte[] original = input.read(entry.offset());
      CheckedLine line =
          requests.read(new Line(entry.line(), entry.offset(), original, original.length));
      return withKey(answer, read, line.key());
    }

    @Override
    public byte[] error(LineProblem problem) throws IOException {
      return ResultWriter.this.error(
          entry.line(), entry.offset(), input.read(entry.offset()), problem);
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
    private Rejection rejection;

    RejectedSource(Path file) throws IOException {
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
      byte[] original = rejection.size() > LONGEST_REPEATED ? null : input.read(rejection.offset());
      return ResultWriter.this.error(rejection.line(), rejection.offset(), original, problem);
    }

    @Override
    public void close() throws IOException {
      rejections.close();
    }
  }
}
