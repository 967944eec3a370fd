package dev.geminibatch.ledger;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;

/** Keeps the places of those runs in the {@link CreationQueue} that somebody still works on. */
final class KeptPlaces {
  /** How often it is written down; there may be thousands. */
  private static final Duration REFRESHED = Duration.ofMinutes(1);

  private final Access quick;
  private final Fences fences;
  private final Clock clock;
  private Instant refreshed = Instant.EPOCH;

  KeptPlaces(LedgerDatabase database, Fences fences, Clock clock) {
    this.quick = database.quick();
    this.fences = fences;
    this.clock = clock;
  }

  /** Somebody still cares for these runs, as far as nobody else has them; asked now and then. */
  synchronized void keep(Supplier<List<String>> waiting) {
    Instant now = clock.instant();
    if (now.isBefore(refreshed.plus(REFRESHED))) {
      return;
    }
    refreshed = now;
    List<String> runs = waiting.get();
    quick.useTransaction(
        handle -> {
          Batch batch =
              handle.prepareBatch(
                  "UPDATE run SET waits_seen = :now WHERE id = :id AND waits_for IS NOT NULL AND "
                      + Rows.OURS_OR_FREE);
          runs.forEach(
              id -> fences.bind(batch).bind("now", now.toEpochMilli()).bind("id", id).add());
          batch.execute();
        });
  }
}
