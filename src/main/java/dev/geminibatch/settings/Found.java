package dev.geminibatch.settings;

import java.util.function.Supplier;

/**
 * A value that somebody has set.
 *
 * @param at where; looked up only when somebody asks
 */
record Found(String value, Supplier<Place> at) {
  Place place() {
    return at.get();
  }
}
