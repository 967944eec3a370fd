package dev.geminibatch.run;

import dev.geminibatch.io.Amounts;

/**
 * What is one job to the service, of which a run has a part.
 *
 * @param runs how many have a part in it, more than one
 * @param requests of all of them
 */
public record Sharing(long runs, long requests) {
  /** In words: {@code shared with 2 other runs}. */
  public String inWords() {
    return "shared with " + Amounts.count(runs - 1, "other run");
  }
}
