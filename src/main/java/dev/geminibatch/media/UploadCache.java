package dev.geminibatch.media;

import dev.geminibatch.service.RemoteFile;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.jdbi.v3.core.Jdbi;

/**
 * Which contents the service has, and under which reference.
 *
 * <p>Whoever is about to upload a content claims it first. A second one that asks for the same
 * content waits for the first, and then finds it there.
 */
public final class UploadCache {
  private final Jdbi jdbi;
  private final Clock clock;
  private final Duration minLife;
  private final Map<String, CountDownLatch> claims = new ConcurrentHashMap<>();

  /**
   * @param minLife a reference with less life left is as good as none: its request may run days
   *     later
   */
  public UploadCache(Jdbi jdbi, Clock clock, Duration minLife) {
    this.jdbi = jdbi;
    this.clock = clock;
    this.minLife = minLife;
  }

  /** How much life a reference must have left. */
  Duration minLife() {
    return minLife;
  }

  /** The key of a content in a project. */
  public static String key(String project, String sha256) {
    return project + ":" + sha256;
  }

  /**
   * Claims a content for uploading.
   *
   * @return false if the service has it already
   */
  public boolean claim(String key) throws InterruptedException {
    while (true) {
      if (contains(key)) {
        return false;
      }
      CountDownLatch other = claims.putIfAbsent(key, new CountDownLatch(1));
      if (other == null) {
        // It may have arrived between the look and the claim.
        if (contains(key)) {
          release(key);
          return false;
        }
        return true;
      }
      other.await();
    }
  }

  /** Ends a claim, whatever came of it. */
  public void release(String key) {
    CountDownLatch claim = claims.remove(key);
    if (claim != null) {
      claim.countDown();
    }
  }

  /** Whether the service has the content for long enough. */
  public boolean contains(String key) {
    return jdbi.withHandle(
        handle ->
            handle
                    .createQuery(
                        "SELECT COUNT(*) FROM upload"
                            + " WHERE project = :project AND sha256 = :sha256 AND expires_at > :until")
                    .bind("project", project(key))
                    .bind("sha256", sha256(key))
                    .bind("until", clock.instant().plus(minLife).toEpochMilli())
                    .mapTo(Long.class)
                    .one()
                > 0);
  }

  /** Remembers what the service gave for a content. */
  void put(String key, MediaFile media, RemoteFile file) {
    long expires =
        file.expires().orElseGet(() -> clock.instant().plus(Duration.ofHours(48))).toEpochMilli();
    jdbi.useTransaction(
        handle ->
            handle.execute(
                """
                INSERT INTO upload (project, sha256, name, uri, mime, size, stored_at, expires_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (project, sha256) DO UPDATE SET name = excluded.name,
                  uri = excluded.uri, mime = excluded.mime, size = excluded.size,
                  stored_at = excluded.stored_at, expires_at = excluded.expires_at""",
                project(key),
                sha256(key),
                file.name(),
                file.uri(),
                media.mimeType(),
                media.size(),
                clock.millis(),
                expires));
  }

  static String project(String key) {
    return key.substring(0, key.indexOf(':'));
  }

  private static String sha256(String key) {
    return key.substring(key.indexOf(':') + 1);
  }
}
