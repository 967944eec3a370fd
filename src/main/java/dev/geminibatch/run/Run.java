package dev.geminibatch.run;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * One input file on its way, as the ledger knows it.
 *
 * @param name file name of the input
 * @param profile whose settings it goes by
 * @param fromInbox whether it was dropped, as opposed to given on the command line
 * @param output the results file, once it is decided
 * @param model for lines that name none
 * @param reason why the run waits, or why it failed
 * @param isPaid whether a job of it is or may be with the service, so that its answers cost already
 * @param attempt 1, or more when lines without an answer were sent again
 * @param nextTry not before this time the present stage is tried again
 * @param isQueued whether it waits until it may create a job
 * @param isDryRun whether it is only to be looked at, never to be sent
 * @param isHeld whether it stays where it is until a user's route lets it go on
 * @param leader the run whose answers this one shares because its content is the same
 */
public record Run(
    String id,
    String name,
    String profile,
    Path source,
    boolean fromInbox,
    Optional<Path> output,
    String model,
    Path mediaRoot,
    String displayName,
    boolean forced,
    RunState state,
    Optional<String> reason,
    boolean isPaid,
    int attempt,
    int tries,
    Instant nextTry,
    boolean isQueued,
    boolean isDryRun,
    boolean isHeld,
    Optional<String> leader,
    long inputSize,
    long inputModified,
    Counts counts,
    Instant created,
    Instant updated) {

  /**
   * Numbers of a run.
   *
   * @param requests lines that are not blank
   * @param rejected of them, never sent
   * @param uploadsNew distinct contents sent for this run
   * @param uploadsReused distinct contents that were there already
   */
  public record Counts(
      long requests, long rejected, long answered, long uploadsNew, long uploadsReused) {

    /** Requests without an answer. */
    public long unanswered() {
      return requests - answered;
    }
  }

  /** The input's name without its ending, on which the names of the results are built. */
  public String stem() {
    return stem(name);
  }

  /** {@code x} for {@code x.jsonl}, {@code x.force.jsonl} and both with {@code .gz}. */
  public static String stem(String fileName) {
    return fileName.replaceFirst("(?i)(\\.force)?\\.jsonl(\\.gz)?$", "");
  }

  /** Whether a dropped file's name asks for its content to be paid for again. */
  public static boolean isForced(String fileName) {
    return fileName.matches("(?i).*\\.force\\.jsonl(\\.gz)?");
  }

  /** The input's ending. */
  public String ending() {
    return isPacked() ? ".jsonl.gz" : ".jsonl";
  }

  /** Whether the input came packed with gzip. */
  public boolean isPacked() {
    return name.toLowerCase(Locale.ROOT).endsWith(".gz");
  }
}
