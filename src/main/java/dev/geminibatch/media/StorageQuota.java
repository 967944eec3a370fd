package dev.geminibatch.media;

import dev.geminibatch.service.Connections;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.service.ServiceFailure.Kind;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The space that the project's files take with the service.
 *
 * <p>Asking costs a request for every hundred files, so the answer is used for some minutes and
 * what is uploaded in the meantime is added to it.
 */
public final class StorageQuota {
  private static final Logger LOG = LoggerFactory.getLogger("upload");
  private static final Duration FRESH = Duration.ofMinutes(5);
  private static final Duration ASK_AGAIN = Duration.ofMinutes(10);

  private final Connections connections;
  private final long limit;
  private final Clock clock;
  private final Map<ProjectId, Use> uses = new HashMap<>();

  /** What a project's files take, and when it was asked for. */
  private static final class Use {
    private long bytes;
    private Instant asked = Instant.MIN;
  }

  /**
   * @param limit in bytes
   */
  public StorageQuota(Connections connections, long limit, Clock clock) {
    this.connections = connections;
    this.limit = limit;
    this.clock = clock;
  }

  /** How much all files of the project may take together, in bytes. */
  public long limit() {
    return limit;
  }

  /**
   * Makes sure that there is room.
   *
   * @param project the fingerprint of the key
   * @param bytes to come
   * @throws ServiceFailure of kind {@code QUOTA} when there is not; the message says what to do
   */
  public synchronized void reserve(ProjectId project, long bytes) {
    if (bytes == 0) {
      return;
    }
    Use use = uses.computeIfAbsent(project, any -> new Use());
    if (clock.instant().isAfter(use.asked.plus(FRESH)) || use.bytes + bytes > limit) {
      use.bytes = inUse(project);
      use.asked = clock.instant();
    }
    if (use.bytes + bytes > limit) {
      throw new ServiceFailure(
          Kind.QUOTA,
          "STORAGE_FULL",
          String.format(
              Locale.ROOT,
              "The project's files take %.2f of %.2f GB, and %.2f GB are to come. Files go by"
                  + " themselves after 48 hours; --files shows ours, --purge-files deletes those"
                  + " that no unfinished run needs.",
              use.bytes / 1e9,
              limit / 1e9,
              bytes / 1e9),
          Optional.of(ASK_AGAIN),
          null);
    }
    use.bytes += bytes;
  }

  private long inUse(ProjectId project) {
    AtomicLong sum = new AtomicLong();
    try {
      connections
          .ofProject(project)
          .files()
          .forEachFile(file -> sum.addAndGet(Math.max(0, file.size())));
    } catch (ServiceFailure failure) {
      if (failure.isPassing() || failure.isAccount()) {
        throw failure;
      }
      LOG.warn("The project's storage cannot be checked: {}", failure.getMessage());
    }
    return sum.get();
  }
}
