package dev.geminibatch.media;

import dev.geminibatch.line.FileReference;
import dev.geminibatch.media.ReferenceIndex.Stored;
import dev.geminibatch.media.ReferenceIndex.StoredReference;
import dev.geminibatch.media.ReferenceIndex.TagReference;
import dev.geminibatch.media.UploadClaims.ContentKey;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.service.RemoteFile;
import dev.geminibatch.service.ServiceLimits;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;

/**
 * Which contents the service has, and under which reference.
 *
 * <p>Whoever is about to upload a content claims it first. A second one that asks for the same
 * content waits for the first, and then finds it there.
 */
public final class UploadCache {
  /** From the uploads of a run to its submission it may take this long. */
  private static final Duration GRACE = Duration.ofHours(1);

  private final ReferenceIndex index;
  private final Clock clock;
  private final Duration minLife;
  private final Gathered<Stored> arrivals;
  private final Map<String, CountDownLatch> claims = new ConcurrentHashMap<>();

  /** These are null if no other process uses the index at the same time. */
  private final UploadClaims others;

  private final SharedClaims shared;

  /**
   * A cache over what the index knows.
   *
   * @param clock the service's
   * @param minLife a reference with less life left is as good as none: its request may run days
   *     later
   */
  public UploadCache(ReferenceIndex index, Clock clock, Duration minLife) {
    this(index, clock, minLife, Optional.empty());
  }

  /**
   * The same.
   *
   * @param others with which the index is shared
   */
  public UploadCache(
      ReferenceIndex index, Clock clock, Duration minLife, Optional<UploadClaims> others) {
    this.index = index;
    this.arrivals = new Gathered<>(index::put);
    this.clock = clock;
    this.minLife = minLife;
    this.others = others.orElse(null);
    this.shared = others.map(SharedClaims::new).orElse(null);
  }

  /** The key of a content in a project, under the type that it is sent with. */
  public static String key(ProjectId project, MediaFile media) {
    return project + ":" + media.sha256() + ":" + media.mimeType();
  }

  /** The project of a key. */
  static ProjectId project(String key) {
    return new ProjectId(key.substring(0, key.indexOf(':')));
  }

  private static String sha256(String key) {
    return key.substring(key.indexOf(':') + 1, key.lastIndexOf(':'));
  }

  private static String mimeType(String key) {
    return key.substring(key.lastIndexOf(':') + 1);
  }

  private static ContentKey contentKey(String key) {
    return new ContentKey(project(key), sha256(key), mimeType(key));
  }

  /**
   * Claims a content for uploading.
   *
   * @return false if the service has it already
   */
  public boolean claim(String key) throws InterruptedException {
    while (true) {
      CountDownLatch other = claims.putIfAbsent(key, new CountDownLatch(1));
      if (other == null) {
        boolean isMissing = false;
        try {
          isMissing = isMissing(key);
          return isMissing;
        } finally {
          endUnless(isMissing, key);
        }
      }
      other.await();
    }
  }

  /** As {@link #claim}, but waits for nobody: false also while another one uploads it. */
  public boolean claimAtOnce(String key) {
    if (claims.putIfAbsent(key, new CountDownLatch(1)) != null) {
      return false;
    }
    boolean isMissing = false;
    try {
      isMissing =
          !contains(key) && (shared == null || shared.claim(contentKey(key), neededUntil()));
      return isMissing;
    } finally {
      endUnless(isMissing, key);
    }
  }

  /** Asked under the claim, which ends if not: before, it might arrive in between. */
  private boolean isMissing(String key) throws InterruptedException {
    if (shared != null && shared.isInHand(contentKey(key))) {
      return true;
    }
    while (!contains(key)) {
      if (shared == null || shared.claim(contentKey(key), neededUntil())) {
        return true;
      }
      giveBack(keys(shared.inHand())); // or two members might wait for each other
      shared.await(contentKey(key));
    }
    return false;
  }

  private void endUnless(boolean isMissing, String key) {
    if (!isMissing) {
      release(key);
    }
  }

  /** Ends a claim, whatever came of it. */
  public void release(String key) {
    if (shared != null) {
      shared.release(List.of(contentKey(key)));
    }
    unlatch(key);
  }

  /** As {@link #release}, of several at once. */
  public void releaseAll(Collection<String> keys) {
    if (shared != null) {
      shared.release(keys.stream().map(UploadCache::contentKey).toList());
    }
    keys.forEach(this::unlatch);
  }

  /** Ends claims ahead, but for those of which a thread of this process is at the content. */
  void giveBack(Collection<String> keys) {
    releaseAll(
        keys.stream()
            .filter(key -> claims.putIfAbsent(key, new CountDownLatch(1)) == null)
            .toList());
  }

  private void unlatch(String key) {
    CountDownLatch claim = claims.remove(key);
    if (claim != null) {
      claim.countDown();
    }
  }

  /**
   * Offers contents that a run needs to other members, which may have nothing to do.
   *
   * @return whether there may be others
   */
  public boolean offer(String runId, ProjectId project, Collection<MediaFile> contents) {
    if (others == null) {
      return false;
    }
    others.offer(
        runId,
        contents.stream().map(media -> new UploadClaims.Offer(project, media)).toList(),
        neededUntil());
    return true;
  }

  /**
   * Of contents that others might take, takes those at once that nobody has.
   *
   * @return the keys of what is in this process's hand now
   */
  Set<String> claimAhead(ProjectId project, Collection<MediaFile> contents) {
    return keys(
        shared.claimAhead(
            contents.stream()
                .map(media -> key(project, media))
                .filter(key -> !claims.containsKey(key)) // it is in hand here, and may have arrived
                .map(UploadCache::contentKey)
                .toList(),
            neededUntil()));
  }

  /** The keys of those contents that the service has. */
  Set<String> arrived(ProjectId project, Collection<MediaFile> contents) {
    return keys(
        others.arrived(
            contents.stream().map(media -> contentKey(key(project, media))).toList(),
            neededUntil()));
  }

  private static Set<String> keys(Set<ContentKey> contents) {
    return contents.stream()
        .map(each -> each.project() + ":" + each.sha256() + ":" + each.mimeType())
        .collect(Collectors.toSet());
  }

  /** As {@link #claimAtOnce}, of several that other members offer; those that are claimed. */
  public Set<String> claimAtOnce(Collection<String> keys) {
    Set<String> latched = new HashSet<>();
    Set<String> claimed = new HashSet<>();
    try {
      for (String key : keys) {
        if (claims.putIfAbsent(key, new CountDownLatch(1)) == null) {
          latched.add(key);
        }
      }
      Set<ContentKey> granted =
          shared.claimAhead(latched.stream().map(UploadCache::contentKey).toList(), neededUntil());
      latched.stream().filter(key -> granted.contains(contentKey(key))).forEach(claimed::add);
      return claimed;
    } finally {
      latched.removeAll(claimed);
      releaseAll(latched);
    }
  }

  /** Ends what was offered for a run; how many of its contents others have uploaded. */
  public long withdraw(String runId) {
    return others == null ? 0 : others.withdraw(runId);
  }

  /** What could not be written down of claims that have ended. */
  public void releaseLate() {
    if (shared != null) {
      shared.releaseAll();
    }
  }

  /** Whether the service has the content for long enough. */
  public boolean contains(String key) {
    return index.contains(project(key), sha256(key), mimeType(key), neededUntil());
  }

  /** Until when a reference must live to be used now. */
  Instant neededUntil() {
    return clock.instant().plus(minLife);
  }

  /** Remembers what the service gave for a content. */
  void put(String key, MediaFile media, RemoteFile file) {
    Instant now = clock.instant();
    Instant expires = file.expires().orElseGet(() -> now.plus(ServiceLimits.FILE_LIFE));
    arrivals.write(
        new Stored(
            project(key), media, new StoredReference(file.name(), file.uri(), now, expires)));
    if (shared != null) {
      shared.arrived(contentKey(key));
    }
  }

  /**
   * The reference that takes a tag's place; empty if its file must be uploaded first.
   *
   * @throws MediaProblem when there will never be one
   */
  public Optional<FileReference> reference(String runId, ProjectId project, String tag)
      throws MediaProblem {
    TagReference found = index.reference(runId, project, tag);
    if (found.problem().isPresent()) {
      throw found.problem().get();
    }
    return found.uri() == null || !found.expires().isAfter(clock.instant())
        ? Optional.empty()
        : Optional.of(new FileReference(found.uri(), found.mimeType(), found.tokens()));
  }

  /** How many bytes of the contents that an attempt needs the service does not have. */
  public long bytesToUpload(String runId, int attempt, ProjectId project) {
    return index.bytesWithoutReference(runId, attempt, project, neededUntil());
  }

  /**
   * Makes sure, before an attempt is sent that has waited, that its files will live long enough.
   *
   * @throws StaleReferences when they must be uploaded again
   */
  public void requireLiveReferences(String runId, int attempt, ProjectId project) {
    Instant youngSince = clock.instant().minus(GRACE);
    if (index.hasStaleReference(runId, attempt, project, neededUntil().minus(GRACE), youngSince)) {
      throw new StaleReferences();
    }
  }
}
