package dev.geminibatch.stage.receive;

import dev.geminibatch.settings.Settings;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Knows for how long things have not changed while we watched. Neither the time stamps of files nor
 * leaps of the clock count: after a pause of the machine everything is watched again.
 *
 * @param <K> what a thing is known by
 * @param <S> what shows that it has not changed
 */
final class Settling<K, S> {
  private final Clock clock;
  private final Duration mostBetween;
  private final Map<K, Seen<S>> known = new HashMap<>();
  private Instant lastScan;
  private Duration watched = Duration.ZERO;

  /** A thing as it is now, from when on, by the time that we have watched. */
  private record Seen<S>(S state, Duration since, Duration first) {}

  /** For a profile: a scan that comes late counts no more than two, or half of the rest. */
  static <K, S> Settling<K, S> of(Clock clock, Duration rest, Settings profile) {
    Duration two = profile.folders().interval().multipliedBy(2);
    Duration half = rest.dividedBy(2);
    return new Settling<>(clock, two.compareTo(half) > 0 ? two : half);
  }

  /**
   * Has seen nothing yet.
   *
   * @param mostBetween what the time between two scans counts for at most
   */
  Settling(Clock clock, Duration mostBetween) {
    this.clock = clock;
    this.mostBetween = mostBetween;
  }

  /** A new scan begins. */
  void scan() {
    Instant now = clock.instant();
    if (lastScan != null && now.isAfter(lastScan)) {
      Duration between = Duration.between(lastScan, now);
      watched = watched.plus(between.compareTo(mostBetween) < 0 ? between : mostBetween);
    }
    lastScan = now;
  }

  /** For how long a thing has been seen in this state without a change. */
  Duration of(K thing, S state) {
    Seen<S> seen = known.get(thing);
    if (seen == null || !seen.state().equals(state)) {
      seen = new Seen<>(state, watched, seen == null ? watched : seen.first());
      known.put(thing, seen);
    }
    return watched.minus(seen.since());
  }

  /** For how long a thing has been seen in any state. */
  Duration known(K thing) {
    Seen<S> seen = known.get(thing);
    return seen == null ? Duration.ZERO : watched.minus(seen.first());
  }

  void forget(K thing) {
    known.remove(thing);
  }

  /** Forgets what is no longer there. */
  void keepOnly(Set<K> things) {
    known.keySet().retainAll(things);
  }
}
