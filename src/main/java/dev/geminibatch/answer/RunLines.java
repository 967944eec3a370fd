package dev.geminibatch.answer;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.geminibatch.answer.RunLine.Verdict;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.job.JobIndex;
import dev.geminibatch.line.BatchRequest;
import dev.geminibatch.line.CheckedLine;
import dev.geminibatch.line.FileTag;
import dev.geminibatch.line.Line;
import dev.geminibatch.line.LineProblem;
import dev.geminibatch.line.RequestReader;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The lines of a run page by page, from any line on, whatever has become of them so far. They are
 * found in the indexes of its jobs, so that a page takes the same time wherever it is.
 */
public final class RunLines {
  /** A page ends early before it takes long: more lines than that are not passed for it. */
  private static final long MOST_PASSED = 1_000_000;

  /** Nor are more bytes read of the lines that are shown. */
  private static final long MOST_BYTES = 16 << 20;

  /** Nor of an input without jobs, whose lines have to be counted. */
  private static final long MOST_COUNTED_BYTES = 256 << 20;

  /** What is longer is shown by its beginning, and nothing but its key is known. */
  private static final int LONGEST_LINE = 1 << 20;

  private static final int LONGEST_TEXT = 5_000;

  private final Optional<Path> input;
  private final RunFolder answers;
  private final List<Job> jobs;
  private final JobSpans spans;
  private final AnswerCheck check;
  private final RequestReader requests;
  private final boolean isCancelled;

  /**
   * Some lines that follow each other.
   *
   * @param next where to ask for more; empty if there are none
   * @param isCut whether there are more that cannot be shown before there are jobs
   */
  public record Page(List<RunLine> lines, OptionalLong next, boolean isCut) {
    /** No lines. */
    public static final Page NONE = new Page(List.of(), OptionalLong.empty(), false);
  }

  /**
   * Knows where the lines are.
   *
   * @param input of the run; empty if it is not what it was
   * @param answers the folder with the jobs of the run that was paid for
   * @param jobs of that run
   * @param spans remembers where they are
   * @param check which answers count
   * @param isCancelled whether that run was cancelled
   */
  public RunLines(
      Optional<Path> input,
      RunFolder answers,
      List<Job> jobs,
      JobSpans spans,
      AnswerCheck check,
      RequestReader requests,
      boolean isCancelled) {
    this.input = input;
    this.answers = answers;
    this.jobs = jobs;
    this.spans = spans;
    this.check = check;
    this.requests = requests;
    this.isCancelled = isCancelled;
  }

  /**
   * Reads lines.
   *
   * @param from the number of the first one
   * @param wanted what has become of those that are wanted; empty for all
   * @param most so many of them
   */
  public Page page(long from, Optional<Verdict> wanted, int most) throws IOException {
    List<RunLine> lines = new ArrayList<>();
    try (OriginalLines originals = new OriginalLines(input, requests);
        LineMerge merge = new LineMerge()) {
      addJobs(merge, from, wanted);
      addRejected(merge, from);
      if (!merge.hasNext() && jobs.isEmpty()) {
        return unsent(originals, from, wanted, most);
      }
      long bytes = 0;
      while (merge.hasNext()) {
        boolean isFull = lines.size() == most || bytes > MOST_BYTES;
        if (isFull || merge.passed() >= MOST_PASSED) {
          return new Page(lines, OptionalLong.of(merge.line()), false);
        }
        LineCursor line = merge.next();
        if (wanted.isEmpty() || wanted.get() == line.verdict()) {
          byte[] original = originals.read(line.offset(), LONGEST_LINE + 1);
          lines.add(shown(line, original));
          bytes += original.length + line.answer().map(answer -> answer.length).orElse(0);
        }
        merge.pass();
      }
    }
    return new Page(lines, OptionalLong.empty(), false);
  }

  private void addJobs(LineMerge merge, long from, Optional<Verdict> wanted) throws IOException {
    for (Job job : jobs) {
      if (!isWanted(job, wanted)) {
        continue;
      }
      Optional<JobSpans.Span> span = spans.of(answers, job);
      if (span.isPresent() && span.get().last() >= from) {
        Path index = answers.jobIndex(job.number());
        long first = span.get().first() < from ? firstLine(index, from) : span.get().first();
        merge.add(
            merge.closing(
                new JobCursor(
                    job,
                    first,
                    unwanted(job, wanted),
                    () -> new JobIndex.Reader(index),
                    () -> JobAnswers.open(answers, job, check, isCancelled))));
      }
    }
  }

  /**
   * Whether a job may have lines that are wanted, or decide about those of earlier attempts. Lines
   * of a first attempt that were all answered were not sent again.
   */
  private static boolean isWanted(Job job, Optional<Verdict> wanted) {
    boolean isCollected = job.state() == JobState.COLLECTED;
    if (wanted.isEmpty()) {
      return true;
    }
    return switch (wanted.get()) {
      case OPEN -> !isCollected;
      case ANSWERED -> isCollected && job.outcome().answered() > 0;
      case FAILED -> job.attempt() > 1 || isCollected && job.outcome().failed() > 0;
    };
  }

  /**
   * Which lines of a job need not be read. An answer at a later attempt says that the failure
   * before it does not count.
   */
  private static Optional<Verdict> unwanted(Job job, Optional<Verdict> wanted) {
    return wanted.flatMap(
        verdict ->
            switch (verdict) {
              case OPEN -> Optional.empty();
              case ANSWERED -> Optional.of(Verdict.FAILED);
              case FAILED -> job.attempt() == 1 ? Optional.of(Verdict.ANSWERED) : Optional.empty();
            });
  }

  private static long firstLine(Path jobIndex, long from) throws IOException {
    try (JobIndex.Reader index = new JobIndex.Reader(jobIndex)) {
      index.goTo(from);
      return index.next().orElseThrow(() -> new IOException(jobIndex + " has changed")).line();
    }
  }

  private void addRejected(LineMerge merge, long from) throws IOException {
    int attempts = jobs.stream().mapToInt(Job::attempt).max().orElse(1);
    // One more attempt than has jobs may have been begun.
    for (int attempt = 1;
        attempt <= attempts || Files.exists(answers.rejected(attempt));
        attempt++) {
      if (Files.exists(answers.rejected(attempt))) {
        LineCursor rejected =
            merge.closing(new RejectedCursor(answers.rejected(attempt), attempt, from));
        if (rejected.advance()) {
          merge.add(rejected);
        }
      }
    }
  }

  /** Of an input that is not in jobs yet. */
  private Page unsent(OriginalLines originals, long from, Optional<Verdict> wanted, int most)
      throws IOException {
    List<RunLine> lines = new ArrayList<>();
    boolean isOpenWanted = wanted.isEmpty() || wanted.get() == Verdict.OPEN;
    if (!isOpenWanted || input.isEmpty() || !Files.exists(input.get())) {
      return new Page(lines, OptionalLong.empty(), false);
    }
    try (InputCursor cursor = new InputCursor(input.get(), from)) {
      long bytes = 0;
      while (cursor.advance(MOST_COUNTED_BYTES)) {
        if (lines.size() == most || bytes > MOST_BYTES) {
          return new Page(lines, OptionalLong.of(cursor.line()), false);
        }
        byte[] original = originals.read(cursor.offset(), LONGEST_LINE + 1);
        lines.add(shown(cursor, original));
        bytes += original.length;
      }
      return new Page(lines, OptionalLong.empty(), cursor.end() >= MOST_COUNTED_BYTES);
    }
  }

  private RunLine shown(LineCursor at, byte[] original) throws IOException {
    long size = original.length > LONGEST_LINE ? Long.MAX_VALUE : original.length;
    CheckedLine line = requests.read(new Line(at.line(), at.offset(), original, size));
    List<String> tags =
        line instanceof BatchRequest request
            ? request.tags().stream().map(FileTag::path).distinct().toList()
            : List.of();
    Optional<LineProblem> problem =
        at.verdict() == Verdict.FAILED
            ? Optional.of(DeadFile.judged(at.problem(), line))
            : Optional.empty();
    return new RunLine(
        at.line(),
        line.key().text(),
        at.attempt(),
        at.verdict(),
        problem,
        tags,
        text(original),
        answer(at));
  }

  /** Pictures and calls of functions are no text, and are shown as the service sent them. */
  private static String answer(LineCursor at) throws IOException {
    String text = at.text();
    return text.isBlank()
        ? at.answer().map(RunLines::text).orElse("")
        : Amounts.shortened(text, LONGEST_TEXT);
  }

  private static String text(byte[] bytes) {
    int some = Math.min(bytes.length, 4 * LONGEST_TEXT); // a letter has four bytes at the most
    return Amounts.shortened(new String(bytes, 0, some, UTF_8), LONGEST_TEXT);
  }
}
