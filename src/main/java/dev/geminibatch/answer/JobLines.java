package dev.geminibatch.answer;

import dev.geminibatch.answer.ResultWriter.Opening;
import dev.geminibatch.job.JobIndex;
import dev.geminibatch.line.LineProblem;
import dev.geminibatch.line.RequestKey;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;

/**
 * The lines of one job. Its files are opened when its first line is due and closed after its last
 * one, because a run may have more jobs than a process may have files.
 */
final class JobLines implements LineSource, Closeable {
  private final OriginalLines originals;
  private final long firstLine;
  private final Opening opening;
  private final int attempt;
  private JobAnswers answers;

  JobLines(OriginalLines originals, long firstLine, Opening opening, int attempt) {
    this.originals = originals;
    this.firstLine = firstLine;
    this.opening = opening;
    this.attempt = attempt;
  }

  @Override
  public void due() throws IOException {
    if (answers == null) {
      answers = opening.open();
      answers.advance();
    }
  }

  @Override
  public boolean advance() throws IOException {
    if (answers.advance()) {
      return true;
    }
    answers.close();
    answers = null; // what it has read is not kept: a run may have thousands of jobs
    return false;
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
  public void writeResult(OutputStream out) throws IOException {
    JobIndex.Entry entry = answers.entry();
    boolean isWithoutKey = answers.isWithoutKey();
    boolean hasOtherKey = originals.isThere() && entry.keyChanged();
    if (!isWithoutKey && !hasOtherKey) {
      answers.writeAnswer(out);
      return;
    }
    RequestKey key =
        originals.isThere()
            ? originals.key(entry.line(), entry.offset())
            : RequestKey.ofLine(entry.line());
    out.write(answers.read().withKey(answers.answer(), key));
    out.write('\n');
  }

  @Override
  public byte[] error(LineProblem problem) throws IOException {
    JobIndex.Entry entry = answers.entry();
    return originals.error(
        entry.line(),
        entry.offset(),
        originals.read(entry.offset()),
        problem,
        answers.rejectedAnswer());
  }

  @Override
  public ShownLine shown(Optional<LineProblem> problem) throws IOException {
    JobIndex.Entry entry = answers.entry();
    return originals.shown(
        entry.line(), entry.offset(), originals.read(entry.offset()), problem, answers.text());
  }

  @Override
  public void close() throws IOException {
    if (answers != null) {
      answers.close();
    }
  }
}
