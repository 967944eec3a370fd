package dev.geminibatch.stage.poll;

import dev.geminibatch.ledger.DueRuns;
import dev.geminibatch.run.Run;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Finds the runs that may continue. Thousands may be worked on already, or queue for it, and each
 * tick would take its time to pass over them. So a look that has passed over many is repeated only
 * after many times of what it took; those whose jobs have ended are looked for in between, by
 * themselves.
 */
final class DueLook {
  /** To pass over these takes no time. */
  private static final int FEW = 100;

  /** How much later the next look comes for each that was passed over, which takes some 10 us. */
  private static final long NANOS_EACH = 200_000;

  private static final long MOST_NANOS = Duration.ofSeconds(10).toNanos();

  private final DueRuns runs;
  private final Predicate<String> isBusy;
  private final BooleanSupplier isIdle;
  private final LongSupplier nanos;
  private final Pace ofAll;
  private final Pace ofEnded;

  /**
   * @param isIdle whether nothing is worked on, so that a look costs nobody anything
   * @param nanos a clock that nobody sets back
   */
  DueLook(DueRuns runs, Predicate<String> isBusy, BooleanSupplier isIdle, LongSupplier nanos) {
    this.runs = runs;
    this.isBusy = isBusy;
    this.isIdle = isIdle;
    this.nanos = nanos;
    this.ofAll = new Pace();
    this.ofEnded = new Pace();
  }

  /**
   * What a look has found, the oldest first.
   *
   * @param areAll whether these are all that may continue
   */
  record Found(List<Run> runs, boolean areAll) {}

  /** What there is, or as much as it is time to look for. */
  Found look(Instant now, Instant started) {
    if (ofAll.isTime()) {
      return new Found(ofAll.look(counted -> runs.mayGoOn(now, started, counted)), true);
    }
    return new Found(
        ofEnded.isTime()
            ? ofEnded.look(counted -> runs.haveEnded(now, started, counted))
            : List.of(),
        false);
  }

  private interface Query {
    List<Run> find(Predicate<String> isBusy);
  }

  /** How often one kind of look is worth its time. */
  private final class Pace {
    private long next = nanos.getAsLong();
    private long passedOver;

    boolean isTime() {
      return nanos.getAsLong() - next >= 0 || isIdle.getAsBoolean();
    }

    List<Run> look(Query query) {
      passedOver = 0;
      List<Run> found = query.find(this::isPassedOver);
      long pause = passedOver < FEW ? 0 : Math.min(passedOver * NANOS_EACH, MOST_NANOS);
      next = nanos.getAsLong() + pause;
      return found;
    }

    private boolean isPassedOver(String runId) {
      boolean is = isBusy.test(runId);
      passedOver += is ? 1 : 0;
      return is;
    }
  }
}
