package dev.geminibatch.answer;

import dev.geminibatch.answer.RunLine.Verdict;
import dev.geminibatch.job.JobIndex;
import dev.geminibatch.line.LineProblem;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import java.io.IOException;
import java.util.Optional;

/**
 * The lines of one job, whether it is answered or not. Its files are open from its first line that
 * is asked about to its last one: a run may have more jobs than a process may have files.
 */
final class JobCursor implements LineCursor {
  private static final long MOST_SKIPPED = 1 << 16;

  private final Job job;
  private final JobIndexes indexes;
  private final ResultWriter.Opening opening;
  private final Optional<Verdict> unwanted;
  private long line;
  private long skipped;
  private JobIndex.Entry entry;
  private JobIndex.Reader index;
  private JobAnswers answers;

  /** Opens files of a job. */
  @FunctionalInterface
  interface JobIndexes {
    JobIndex.Reader open() throws IOException;
  }

  /**
   * Opens nothing yet.
   *
   * @param line its first line that is asked for
   * @param unwanted lines that are better left out, if any
   * @param opening of its answers, once it has any
   */
  JobCursor(
      Job job,
      long line,
      Optional<Verdict> unwanted,
      JobIndexes indexes,
      ResultWriter.Opening opening) {
    this.unwanted = unwanted;
    this.job = job;
    this.line = line;
    this.indexes = indexes;
    this.opening = opening;
  }

  private boolean isCollected() {
    return job.state() == JobState.COLLECTED;
  }

  @Override
  public void due() throws IOException {
    if (entry != null) {
      return;
    }
    if (isCollected()) {
      answers = opening.open();
      answers.goTo(line);
    } else {
      index = indexes.open();
      index.goTo(line);
    }
    if (!step()) {
      throw new IOException("The index of job " + job.number() + " has changed");
    }
  }

  @Override
  public boolean advance() throws IOException {
    if (isCollected() && unwanted.isPresent()) {
      skipped = answers.skip(unwanted.get() == Verdict.ANSWERED, MOST_SKIPPED);
    }
    return step();
  }

  private boolean step() throws IOException {
    if (isCollected()) {
      entry = answers.pass() ? answers.entry() : null;
    } else {
      entry = index.next().orElse(null);
    }
    if (entry == null) {
      close();
      return false;
    }
    line = entry.line();
    return true;
  }

  @Override
  public long skipped() {
    return skipped;
  }

  @Override
  public long line() {
    return line;
  }

  @Override
  public long offset() {
    return entry.offset();
  }

  @Override
  public int attempt() {
    return job.attempt();
  }

  @Override
  public Verdict verdict() {
    if (!isCollected()) {
      return Verdict.OPEN;
    }
    return answers.isAnswered() ? Verdict.ANSWERED : Verdict.FAILED;
  }

  @Override
  public LineProblem problem() throws IOException {
    return answers.whyNoAnswer().orElseThrow();
  }

  @Override
  public Optional<byte[]> answer() throws IOException {
    return isCollected() && answers.isThere() ? Optional.of(answers.answer()) : Optional.empty();
  }

  @Override
  public String text() throws IOException {
    return isCollected() ? answers.text() : "";
  }

  @Override
  public void close() throws IOException {
    if (answers != null) {
      answers.close();
      answers = null;
    }
    if (index != null) {
      index.close();
      index = null;
    }
  }
}
