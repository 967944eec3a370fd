package dev.geminibatch.stage.submit;

import dev.geminibatch.ledger.CreationQueue;
import java.util.Optional;

/**
 * What became of a job: it is with the service unless it waits, was cut into others, or nobody
 * knows.
 */
record Outcome(Optional<CreationQueue.Place> place, boolean isCut, boolean isUnclear) {
  static final Outcome DONE = new Outcome(Optional.empty(), false, false);
  static final Outcome CUT = new Outcome(Optional.empty(), true, false);
  static final Outcome UNCLEAR = new Outcome(Optional.empty(), false, true);

  static Outcome waits(CreationQueue.Place place) {
    return new Outcome(Optional.of(place), false, false);
  }
}
