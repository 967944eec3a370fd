package dev.geminibatch.answer;

import dev.geminibatch.io.FixedRecords;
import dev.geminibatch.job.JobFiles;
import dev.geminibatch.job.JobIndex;
import dev.geminibatch.job.Refusals;
import dev.geminibatch.line.LineProblem;
import dev.geminibatch.line.LinesAt;
import dev.geminibatch.line.ProblemCode;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.RunFolder;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.Optional;

/** The requests of a job in their order, each with what the service answered to it. */
public final class JobAnswers implements Closeable {
  private static final String UNFIT = "the answer does not fit the schema of its request";

  private final JobIndex.Reader index;
  private final FixedRecords matches;
  private final LinesAt answers;
  private final AnswerForms forms;
  private final Refusals.Reader refusals;
  private final AnswerCheck check;
  private final LineProblem withoutAnswer;
  private JobIndex.Entry entry;
  private long offset;
  private byte[] answer;
  private AnswerLine read;
  private Optional<LineProblem> problem;
  private boolean isContradictory;
  private boolean isAnswered;
  private long number;
  private Optional<Boolean> areWithoutKeys = Optional.empty();

  /**
   * Opens the files that {@link AnswerMatcher} has read and written.
   *
   * @param check the same as then
   * @param withoutAnswer the problem of requests for which there is no line
   */
  public JobAnswers(JobFiles files, AnswerCheck check, LineProblem withoutAnswer)
      throws IOException {
    this.index = new JobIndex.Reader(files.index());
    this.matches = new FixedRecords(files.matches(), Long.BYTES);
    this.answers = Files.exists(files.answers()) ? new LinesAt(files.answers()) : null;
    this.forms = new AnswerForms(files.formats());
    this.refusals = new Refusals.Reader(files.refusals());
    this.check = check;
    this.withoutAnswer = withoutAnswer;
  }

  /** The requests of a collected job with their answers. */
  public static JobAnswers open(RunFolder folder, Job job, AnswerCheck check) throws IOException {
    return new JobAnswers(JobFiles.of(folder, job.number()), check, JobProblem.of(job));
  }

  /** The same of a job whose run a person has cancelled, or not. */
  public static JobAnswers open(
      RunFolder folder, Job job, AnswerCheck check, boolean isRunCancelled) throws IOException {
    return isRunCancelled
        ? new JobAnswers(JobFiles.of(folder, job.number()), check, JobProblem.ofCancelledRun(job))
        : open(folder, job, check);
  }

  /** The next request is the first one of a line, or of a later one. */
  void goTo(long line) throws IOException {
    number = index.goTo(line);
    matches.seek(number);
  }

  /** Goes to the next request; false at the end. */
  public boolean advance() throws IOException {
    if (!pass()) {
      return false;
    }
    problem = isAnswered ? Optional.empty() : whyNoAnswer();
    return true;
  }

  /** The same without finding out why it has no answer, if so. */
  boolean pass() throws IOException {
    entry = index.next().orElse(null);
    if (entry == null) {
      return false;
    }
    number++;
    long place = place();
    isContradictory = place == AnswerPlaces.CONTRADICTORY;
    offset = place < 0 ? AnswerPlaces.NONE : place >> 1;
    answer = null;
    read = null;
    isAnswered = (place & 1) == 0;
    return true;
  }

  /**
   * Skips the requests that come next as long as they have an answer, or as long as they have none.
   *
   * @param most so many of them
   * @return how many were skipped
   */
  long skip(boolean areAnswered, long most) throws IOException {
    long skipped = 0;
    ByteBuffer match = matches.next();
    while (match != null && skipped < most && (match.getLong() & 1) == 0 == areAnswered) {
      skipped++;
      match = matches.next();
    }
    number += skipped;
    matches.seek(number);
    index.seek(number);
    return skipped;
  }

  /** Whether the present request has an answer. */
  boolean isAnswered() {
    return isAnswered;
  }

  private long place() throws IOException {
    ByteBuffer match = matches.next();
    if (match == null) {
      throw new EOFException("There are fewer matches than requests");
    }
    return match.getLong();
  }

  /** Why the present request, which has no answer, has none. */
  Optional<LineProblem> whyNoAnswer() throws IOException {
    if (isContradictory) {
      return Optional.of(
          ProblemCode.ANSWER_CONTRADICTORY.problem(
              "the service gave different answers under the key of this request, so that none can be"
                  + " relied upon"));
    }
    if (isThere()) {
      // It did not count when it was matched, whatever there is time for now.
      return check
          .problemOf(read(), forms.form(entry.format()))
          .map(this::orOfRun)
          .or(() -> Optional.of(ProblemCode.ANSWER_SCHEMA.problem(UNFIT)));
    }
    return Optional.of(
        refusals.of(number).map(ProblemCode.LINE_REFUSED::problem).orElse(withoutAnswer));
  }

  /** A service that is asked to cancel a job says of each request that it was cancelled. */
  private LineProblem orOfRun(LineProblem problem) {
    boolean isOfRun =
        problem.is(ProblemCode.CANCELLED) && withoutAnswer.is(ProblemCode.RUN_CANCELLED);
    return isOfRun ? withoutAnswer : problem;
  }

  /** The present request. */
  public JobIndex.Entry entry() {
    return entry;
  }

  /** Whether the service has a line for the present request. */
  boolean isThere() {
    return offset != AnswerPlaces.NONE;
  }

  /** The service's line for the present request, which must be there, without its line end. */
  byte[] answer() throws IOException {
    if (answer == null) {
      answer = answers.read(offset);
    }
    return answer;
  }

  /** Writes the service's line for the present request, which must be there, with a line end. */
  void writeAnswer(OutputStream out) throws IOException {
    answers.copy(offset, out);
  }

  /** The service's line if it is a response that does not count as an answer. */
  Optional<byte[]> rejectedAnswer() throws IOException {
    boolean isRejected = isThere() && problem.isPresent() && read().error().isEmpty();
    return isRejected ? Optional.of(answer()) : Optional.empty();
  }

  /** The key under which the service answered the present request; empty if it did not. */
  public Optional<String> key() throws IOException {
    return isThere() ? read().key() : Optional.empty();
  }

  /** What the model wrote; empty if nothing. */
  String text() throws IOException {
    return !isThere() ? "" : read().candidate().map(AnswerLine.Candidate::text).orElse("");
  }

  /** What the present answer says, which most are not asked: they were judged before. */
  AnswerLine read() throws IOException {
    if (read == null) {
      read = AnswerLine.read(answer());
    }
    return read;
  }

  /**
   * Whether the present answer, which must be there, has no key. Those of a job are matched by
   * their keys, or else none has one.
   */
  boolean isWithoutKey() throws IOException {
    if (areWithoutKeys.isEmpty()) {
      areWithoutKeys = Optional.of(read().isWithoutKey());
    }
    return areWithoutKeys.get();
  }

  /** Why the present request has no answer; empty if it has one. */
  public Optional<LineProblem> problem() {
    return problem;
  }

  @Override
  public void close() throws IOException {
    index.close();
    matches.close();
    forms.close();
    refusals.close();
    if (answers != null) {
      answers.close();
    }
  }
}
