package dev.geminibatch.answer;

import dev.geminibatch.io.SyncedOutput;
import dev.geminibatch.line.LineProblem;
import dev.geminibatch.line.ProblemCode;
import dev.geminibatch.line.RequestReader;
import dev.geminibatch.service.Tokens;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
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
  private final OriginalLines originals;
  private final List<Closeable> open = new ArrayList<>();
  private final PriorityQueue<LineSource> sources =
      new PriorityQueue<>(Comparator.comparingLong(LineSource::line));

  private Tokens tokens = Tokens.NONE;

  /**
   * What was written.
   *
   * @param failuresByCode requests without an answer, by problem code
   * @param tokens of all answers that were paid for, those that do not count included
   */
  public record Outcome(
      long answered, long failed, Map<String, Long> failuresByCode, Tokens tokens) {

    /** All requests. */
    public long requests() {
      return answered + failed;
    }
  }

  /**
   * Begins.
   *
   * @param input where the lines came from; empty if it cannot be relied upon any more, so that
   *     answers keep the keys under which they were sent and errors do not repeat the requests
   */
  public ResultWriter(Optional<Path> input, RequestReader requests) throws IOException {
    this.originals = new OriginalLines(input, requests);
  }

  /** Opens the answers of a job. */
  @FunctionalInterface
  public interface Opening {
    JobAnswers open() throws IOException;
  }

  /**
   * Adds a job, whose files are opened when its first line is due.
   *
   * @param firstLine of its requests
   * @param attempt which attempt at its lines it is, counted from 1
   * @param itsTokens as its answers were matched
   */
  public void addJob(long firstLine, Opening opening, int attempt, Tokens itsTokens) {
    tokens = tokens.plus(itsTokens);
    JobLines job = new JobLines(originals, firstLine, opening, attempt);
    open.add(job);
    sources.add(job);
  }

  /** Adds the lines that were not sent at an attempt. */
  public void addRejected(Path rejected, int attempt) throws IOException {
    RejectedLines source = new RejectedLines(originals, rejected, attempt);
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
    return write(new SyncedOutput(results), new SyncedOutput(errors), shown);
  }

  /** The same, and closes both. */
  public Outcome write(OutputStream results, OutputStream errors, ShownLine.Taker shown)
      throws IOException {
    long answered = 0;
    long failed = 0;
    Map<String, Long> codes = new TreeMap<>();
    try (OutputStream resultsOut = results;
        OutputStream errorsOut = errors) {
      List<LineSource> sameLine = new ArrayList<>();
      while (!sources.isEmpty()) {
        takeNextLine(sameLine);
        LineSource source = best(sameLine);
        Optional<LineProblem> problem = source.problem();
        if (problem.isEmpty()) {
          source.writeResult(resultsOut);
          answered++;
        } else {
          errorsOut.write(witness(sameLine, source).error(problem.get()));
          codes.merge(problem.get().code(), 1L, Long::sum);
          failed++;
        }
        if (shown.wants(problem.isEmpty())) {
          shown.take(source.shown(problem));
        }
        for (LineSource each : sameLine) {
          if (each.advance()) {
            sources.add(each);
          }
        }
      }
    }
    return new Outcome(answered, failed, codes, tokens);
  }

  /**
   * Writes the lines that have an answer, and nothing else.
   *
   * @return how many
   */
  public long writeAnswers(Path results) throws IOException {
    long answered = 0;
    try (OutputStream out = new SyncedOutput(results)) {
      while (!sources.isEmpty()) {
        LineSource source = sources.poll();
        source.due();
        if (source.problem().isEmpty()) {
          source.writeResult(out);
          answered++;
        }
        if (source.advance()) {
          sources.add(source);
        }
      }
    }
    return answered;
  }

  /** All sources that have the next line: one for each attempt at it. */
  private void takeNextLine(List<LineSource> sameLine) throws IOException {
    sameLine.clear();
    do {
      LineSource source = sources.poll();
      source.due();
      sameLine.add(source);
    } while (!sources.isEmpty() && sources.peek().line() == sameLine.get(0).line());
  }

  /** The answer if there is one, else what went wrong last. */
  private static LineSource best(List<LineSource> sameLine) {
    LineSource best = sameLine.get(0);
    for (LineSource each : sameLine) {
      boolean answered = each.problem().isEmpty();
      boolean bestAnswered = best.problem().isEmpty();
      if (answered && !bestAnswered
          || answered == bestAnswered && each.attempt() > best.attempt()) {
        best = each;
      }
    }
    return best;
  }

  /** Who has the answer that does not count, if the line was not sent once more. */
  private static LineSource witness(List<LineSource> sameLine, LineSource source) {
    if (source.problem().filter(problem -> problem.is(ProblemCode.OVER_BUDGET)).isEmpty()) {
      return source;
    }
    List<LineSource> others = sameLine.stream().filter(each -> each != source).toList();
    return others.isEmpty() ? source : best(others);
  }

  @Override
  public void close() throws IOException {
    for (Closeable each : open) {
      each.close();
    }
    originals.close();
  }
}
