package dev.geminibatch.stage;

import dev.geminibatch.run.Job;
import dev.geminibatch.service.BatchService;
import dev.geminibatch.service.RemoteJob;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Finds out whether a job exists that may have been created without anybody having seen it. No
 * other call is made before that is known.
 */
public final class JobSearch {
  /** A job may show up in listings some time after it was created. */
  private static final List<Duration> SEARCHES =
      List.of(Duration.ZERO, Duration.ofSeconds(2), Duration.ofSeconds(5));

  /**
   * Not found so long after the call that should have made it, a job was certainly not made. The
   * service may still carry out a call whose caller is gone: it checks each line first, which takes
   * the longer the larger the file is.
   */
  private static final Duration CERTAIN_AFTER = Duration.ofMinutes(1);

  private static final long CHECKED_BYTES_PER_SECOND = 4_000_000;

  private final Clock clock;
  private final Instant started;

  /** A search by this process, which begins now. */
  public JobSearch(Clock clock) {
    this.clock = clock;
    this.started = clock.instant();
  }

  /** Searches for a job right after the call, more than once. */
  public static Optional<RemoteJob> find(BatchService batches, String displayName) {
    for (Duration wait : SEARCHES) {
      Optional<RemoteJob> found = batches.findJob(displayName, wait);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  /**
   * Whether a job that is not found now was certainly not made. Counted from when the call was
   * given up, or this process found it in the ledger.
   *
   * @param size of its file, in bytes
   */
  public boolean isCertain(Job job, long size) {
    Instant from =
        job.times()
            .creating()
            .filter(started::isBefore)
            .orElse(started)
            .plus(CERTAIN_AFTER)
            .plusSeconds(size / CHECKED_BYTES_PER_SECOND);
    return !clock.instant().isBefore(from);
  }
}
