package dev.geminibatch.run;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * One input file on its way, as the ledger knows it.
 *
 * @param output the results file, once it is decided
 * @param isPaid whether a job of it is or may be with the service, so that its answers cost already
 * @param attempt 1, or more when lines without an answer were sent again
 * @param leader the run whose answers this one shares because its content is the same
 */
public record Run(
    String id,
    RunInput input,
    RunOptions options,
    RunState state,
    Optional<Path> output,
    boolean isPaid,
    int attempt,
    Wait waiting,
    Optional<String> leader,
    Counts counts,
    Instant created,
    Instant updated) {

  /**
   * Why a run waits, if it does.
   *
   * @param reason why it waits, or why it failed
   * @param tries how often its stage has failed since it last succeeded
   * @param nextTry its stage is not tried before this time
   * @param isQueued whether it waits until it may create a job
   * @param isHeld whether it stays where it is until a user's route releases it, or because of its
   *     strikes
   * @param isPaused whether a person has paused it: what is with the service continues
   * @param isCancelled whether a person has cancelled it: nothing more of it is sent
   * @param suspicion what its stage has done to processes; with any, it is tried last
   */
  public record Wait(
      Optional<String> reason,
      int tries,
      Instant nextTry,
      boolean isQueued,
      boolean isHeld,
      boolean isPaused,
      boolean isCancelled,
      Suspicion suspicion) {
    static final Wait NONE =
        new Wait(Optional.empty(), 0, Instant.EPOCH, false, false, false, false, Suspicion.NONE);

    /** Whether it is held because its work ended processes or got stuck, and not by a route. */
    public boolean isHeldForStrikes() {
      return isHeld && !isPaused && suspicion == Suspicion.HELD;
    }

    /** The same of a run that is paused. */
    Wait paused() {
      return new Wait(reason, tries, nextTry, isQueued, true, true, isCancelled, suspicion);
    }
  }

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
    static final Counts NONE = new Counts(0, 0, 0, 0, 0);

    /** Requests without an answer. */
    public long unanswered() {
      return requests - answered;
    }
  }

  /** A run whose input is about to be received. */
  public static Run receiving(
      String id, RunInput input, RunOptions options, Optional<Path> output, Instant now) {
    return new Run(
        id,
        input,
        options,
        RunState.RECEIVING,
        output,
        false,
        1,
        Wait.NONE,
        Optional.empty(),
        Counts.NONE,
        now,
        now);
  }

  /** The same run, paused from the beginning. */
  public Run paused() {
    return new Run(
        id,
        input,
        options,
        state,
        output,
        isPaid,
        attempt,
        waiting.paused(),
        leader,
        counts,
        created,
        updated);
  }

  public String name() {
    return input.name();
  }

  public Path source() {
    return input.source();
  }

  public boolean fromInbox() {
    return input.fromInbox();
  }

  public String profile() {
    return options.profile();
  }

  public String model() {
    return options.model();
  }

  public boolean forced() {
    return options.forced();
  }

  public boolean isDryRun() {
    return options.isDryRun();
  }

  public Optional<String> reason() {
    return waiting.reason();
  }

  public boolean isQueued() {
    return waiting.isQueued();
  }

  public boolean isHeld() {
    return waiting.isHeld();
  }

  /** Whether a person has paused it. */
  public boolean isPaused() {
    return waiting.isPaused();
  }

  /** Whether a person has cancelled it. */
  public boolean isCancelled() {
    return waiting.isCancelled();
  }

  /** Whether its results are in the outbox. */
  public boolean isDelivered() {
    return state == RunState.DELIVERED;
  }

  /** Whether nothing more of it is to be sent, at least for now. */
  public boolean isStopped() {
    return isHeld() || isCancelled();
  }

  /** The input's name without its ending, on which the names of the results are built. */
  public String stem() {
    return InputFile.stem(name());
  }

  /** The input's ending. */
  public String ending() {
    return InputFile.ending(name());
  }

  /** Whether the input came compressed with gzip. */
  public boolean isGzip() {
    return InputFile.isGzip(name());
  }
}
