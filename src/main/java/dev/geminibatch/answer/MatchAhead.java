package dev.geminibatch.answer;

import dev.geminibatch.io.DaemonThreads;
import dev.geminibatch.io.GrowingFile;
import dev.geminibatch.job.JobFiles;
import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Matches the answers of a large job while they are downloaded, one job at a time. What comes of it
 * counts only if the download went straight on to its end; otherwise they are matched afterwards.
 */
public final class MatchAhead implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger("collect");

  /** Answers of fewer requests are matched in less time than it takes to begin this. */
  private static final long FEWEST_REQUESTS = 10_000;

  /** What is known of the requests stays in memory while their answers arrive. */
  private static final Semaphore ONE = new Semaphore(1);

  private final GrowingFile answers;

  /** Null if nothing is done ahead. */
  private final FutureTask<Optional<AnswerMatcher.Outcome>> matching;

  private MatchAhead(GrowingFile answers, FutureTask<Optional<AnswerMatcher.Outcome>> matching) {
    this.answers = answers;
    this.matching = matching;
  }

  /**
   * Begins, unless it is not worth it.
   *
   * @param files with the place to which the answers are downloaded
   */
  public static MatchAhead of(JobFiles files, long requests, AnswerCheck check) {
    if (requests < FEWEST_REQUESTS || !ONE.tryAcquire()) {
      return new MatchAhead(null, null);
    }
    GrowingFile answers = new GrowingFile(files.answers());
    FutureTask<Optional<AnswerMatcher.Outcome>> matching =
        new FutureTask<>(() -> AnswerMatcher.matchArriving(files, answers, check));
    DaemonThreads.named("match ahead").newThread(matching).start();
    return new MatchAhead(answers, matching);
  }

  /** So many bytes of the answers have arrived. */
  public void received(long bytes) {
    if (answers != null) {
      answers.grown(bytes);
    }
  }

  /** All answers have arrived. */
  public void complete() throws IOException {
    if (answers != null) {
      answers.end();
    }
  }

  /** What complete answers came to, unless that must be found out again. */
  public Optional<AnswerMatcher.Outcome> outcome() throws IOException {
    return matching == null ? Optional.empty() : await();
  }

  private Optional<AnswerMatcher.Outcome> await() throws IOException {
    try {
      return matching.get();
    } catch (ExecutionException e) {
      LOG.debug("The answers are matched once more", e.getCause());
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Stopped while answers were matched", e);
    }
  }

  /** When it returns, nothing reads the answers any more. */
  @Override
  public void close() throws IOException {
    if (matching != null) {
      answers.giveUp();
      try {
        await();
      } finally {
        ONE.release();
      }
    }
  }
}
