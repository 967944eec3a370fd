package dev.geminibatch.job;

import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.line.RequestTokens;
import dev.geminibatch.line.TokenCorrection;
import dev.geminibatch.line.TokenKind;
import dev.geminibatch.line.TokenTally;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.RunFolder;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts the files of a job that was not sent into those of smaller jobs. The files of the job itself
 * stay, until its pieces have taken its place.
 */
public final class JobCutter {
  /** Of a request as it is sent; what it is made of is not known any more. */
  private static final long BYTES_PER_TOKEN = 4;

  private final RunFolder folder;
  private final TokenCorrection correction;

  /**
   * A cutter for jobs of one run and model.
   *
   * @param correction of estimates
   */
  public JobCutter(RunFolder folder, TokenCorrection correction) {
    this.folder = folder;
    this.correction = correction;
  }

  /** How the pieces are sized. */
  public enum Sizes {
    /** All alike. */
    EQUAL,
    /**
     * Each twice as large as the one before, but for the first two: how large they may be is about
     * to be found out, and whatever is still too large then is cut once more.
     */
    DOUBLING
  }

  /** What the requests of a job put in; estimated once more if that was not kept. */
  public Job.Size size(Job job) throws IOException {
    ensureTokens(job);
    TokenTally sum = new TokenTally();
    long requests = 0;
    try (JobTokens.Reader tokens = new JobTokens.Reader(folder.jobTokens(job.number()))) {
      for (var next = tokens.next(); next.isPresent(); next = tokens.next()) {
        add(next.get(), sum);
        requests++;
      }
    }
    return new Job.Size(requests, sum.sum(), correction.of(sum.sum()));
  }

  /**
   * Writes the files of the pieces, of which there are two at least, and forces them to the disk.
   *
   * @param job of two requests or more
   * @param most tokens of a piece of equal size, or of the first one; a request with more is a
   *     piece of its own
   * @param firstNumber of the pieces
   * @return the pieces as the ledger will know them
   */
  public List<Job> cut(Job job, long most, Sizes sizes, int firstNumber) throws IOException {
    ensureTokens(job);
    List<Job.Size> pieces = plan(job, most, sizes);
    List<Job> jobs = new ArrayList<>();
    for (int i = 0; i < pieces.size(); i++) {
      folder.removeJob(firstNumber + i); // of a cut that was not finished
      jobs.add(job.piece(firstNumber + i, pieces.get(i)));
    }
    cutBody(job, jobs);
    cutIndex(job, jobs);
    for (Job each : jobs) {
      AtomicFiles.force(folder.jobIndex(each.number()));
      if (Files.exists(folder.formats(job.number()))) {
        link(folder.formats(job.number()), folder.formats(each.number()));
        AtomicFiles.force(folder.formats(each.number()));
      }
    }
    return jobs;
  }

  private List<Job.Size> plan(Job job, long most, Sizes sizes) throws IOException {
    List<Job.Size> pieces = new ArrayList<>();
    TokenTally sum = new TokenTally();
    long requests = 0;
    long corrected = 0;
    long left = job.requests();
    long room = most;
    try (JobTokens.Reader tokens = new JobTokens.Reader(folder.jobTokens(job.number()))) {
      for (var next = tokens.next(); next.isPresent(); next = tokens.next()) {
        long its = correction.of(next.get());
        boolean isLastAlone = pieces.isEmpty() && left == 1;
        if (requests > 0 && (corrected + its > room || isLastAlone)) {
          pieces.add(new Job.Size(requests, sum.sum(), correction.of(sum.sum())));
          room = sizes == Sizes.EQUAL || pieces.size() < 2 ? most : 2 * room;
          sum.clear();
          requests = 0;
          corrected = 0;
        }
        add(next.get(), sum);
        requests++;
        corrected += its;
        left--;
      }
    }
    pieces.add(new Job.Size(requests, sum.sum(), correction.of(sum.sum())));
    return pieces;
  }

  private static void add(RequestTokens request, TokenTally sum) {
    sum.add(request.kind(), request.tokens());
    sum.add(request.otherKind(), request.otherTokens());
  }

  private void cutBody(Job job, List<Job> pieces) throws IOException {
    try (JobBodyCutter cutter = new JobBodyCutter(folder.jobBody(job.number()), folder.input())) {
      for (Job piece : pieces) {
        cutter.next(piece.requests(), folder.jobBody(piece.number()));
      }
      cutter.requireEnd();
    }
  }

  private void cutIndex(Job job, List<Job> pieces) throws IOException {
    try (JobIndex.Reader index = new JobIndex.Reader(folder.jobIndex(job.number()));
        JobTokens.Reader tokens = new JobTokens.Reader(folder.jobTokens(job.number()))) {
      for (Job piece : pieces) {
        try (JobIndex.Writer ofPiece = new JobIndex.Writer(folder.jobIndex(piece.number()));
            JobTokens.Writer itsTokens = new JobTokens.Writer(folder.jobTokens(piece.number()))) {
          for (long i = 0; i < piece.requests(); i++) {
            ofPiece.add(index.next().orElseThrow());
            itsTokens.add(tokens.next().orElseThrow());
          }
        }
      }
    }
  }

  /** Forms of answers are known by where they stand: every piece has all of them. */
  private static void link(Path file, Path piece) throws IOException {
    try {
      Files.createLink(piece, file);
    } catch (UnsupportedOperationException | IOException e) {
      if (e instanceof FileAlreadyExistsException exists) {
        throw exists;
      }
      Files.copy(file, piece);
    }
  }

  /** Jobs of older versions have no such file, and after a power failure it may be short. */
  private void ensureTokens(Job job) throws IOException {
    Path file = folder.jobTokens(job.number());
    long whole = job.requests() * Long.BYTES;
    if (Files.exists(file) && Files.size(file) == whole) {
      return;
    }
    try (JobBodyCutter lines = new JobBodyCutter(folder.jobBody(job.number()), folder.input());
        JobTokens.Writer tokens = new JobTokens.Writer(file)) {
      for (long i = 0; i < job.requests(); i++) {
        tokens.add(
            new RequestTokens(TokenKind.LATIN, lines.skip() / BYTES_PER_TOKEN, TokenKind.OTHER, 0));
      }
      lines.requireEnd();
    }
  }
}
