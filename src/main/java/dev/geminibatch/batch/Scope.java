package dev.geminibatch.batch;

import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Which runs a process is for, beside those that are to answer them.
 *
 * @param runs whether a run is one of them
 * @param named ids of runs that are asked about at every tick, wherever they are in the queue
 */
public record Scope(Predicate<Run> runs, Supplier<Set<String>> named) {

  /** All runs of a kind. */
  public static Scope of(Predicate<Run> runs) {
    return new Scope(runs, Set::of);
  }

  /** Single runs; there may be further ones later. */
  public static Scope only(Set<String> ids) {
    return new Scope(run -> ids.contains(run.id()), () -> Set.copyOf(ids));
  }
}
