package dev.geminibatch.media;

import dev.geminibatch.io.Sha256;
import dev.geminibatch.line.FileReference;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Jdbi;

/**
 * What the file tags of each run point to.
 *
 * <p>A file is read once to know its hash and type; as long as its size and time stay the same,
 * that is remembered over runs and restarts.
 */
public final class MediaCatalog {
  /** The service's limit for one file, 2 GB. */
  private static final long LARGEST = 2L << 30;

  /** {@code https://...}, but not a Windows drive. */
  private static final Pattern ADDRESS = Pattern.compile("(?i)[a-z][a-z0-9+.-]+:/");

  private final Jdbi jdbi;
  private final List<String> types;
  private final RemoteMedia remoteMedia;

  /**
   * @param types patterns of the media types that may be sent
   */
  public MediaCatalog(Jdbi jdbi, List<String> types, RemoteMedia remoteMedia) {
    this.remoteMedia = remoteMedia;
    this.jdbi = jdbi;
    this.types = types;
  }

  /** Begins to catalogue the tags of a run, from nothing. */
  public MediaExamination examine(String runId, Path mediaRoot) {
    jdbi.useTransaction(handle -> handle.execute("DELETE FROM media WHERE run_id = ?", runId));
    return new MediaExamination(this, runId, new MediaRoot(mediaRoot));
  }

  /** What was found out about a tag, kept until it is written down. */
  record Entry(String tag, MediaFile file, MediaProblem problem, FileStamp stamp, boolean isNew) {}

  /** What tells that a file has not changed. */
  record FileStamp(long size, long modified) {
    static FileStamp of(Path file) throws IOException {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return new FileStamp(attributes.size(), lastChange(file, attributes));
    }

    /** Unix also keeps a time that no program can set back after it has written. */
    private static long lastChange(Path file, BasicFileAttributes attributes) throws IOException {
      FileTime time =
          file.getFileSystem().supportedFileAttributeViews().contains("unix")
              ? (FileTime) Files.getAttribute(file, "unix:ctime")
              : attributes.lastModifiedTime();
      return time.to(TimeUnit.NANOSECONDS);
    }
  }

  /** Resolves a tag and finds hash and type of its file. */
  Entry look(String tag, MediaRoot root) {
    try {
      Path path = ADDRESS.matcher(tag).lookingAt() ? remoteMedia.fetch(tag) : root.resolve(tag);
      FileStamp stamp = FileStamp.of(path);
      if (stamp.size() == 0) {
        throw new MediaProblem("file-empty", "\"" + tag + "\" is empty; put the file there again");
      }
      if (stamp.size() > LARGEST) {
        throw new MediaProblem(
            "file-too-large",
            "\"" + tag + "\" has " + stamp.size() + " bytes; the service takes files up to 2 GB");
      }
      Optional<MediaFile> known = known(path, stamp);
      MediaFile file =
          known.isPresent()
              ? known.get()
              : new MediaFile(path, sha256(path), stamp.size(), MediaType.of(path));
      MediaType.check(file.mimeType(), types, tag);
      return new Entry(tag, file, null, stamp, known.isEmpty());
    } catch (MediaProblem problem) {
      return new Entry(tag, null, problem, null, false);
    } catch (IOException e) {
      return new Entry(
          tag,
          null,
          new MediaProblem("file-unreadable", "\"" + tag + "\" cannot be read: " + e.getMessage()),
          null,
          false);
    }
  }

  /** Whether the file is still what it was when it was examined. */
  boolean isUnchanged(MediaFile file) throws IOException {
    return known(file.path(), FileStamp.of(file.path()))
        .filter(now -> now.sha256().equals(file.sha256()))
        .isPresent();
  }

  private Optional<MediaFile> known(Path path, FileStamp stamp) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    "SELECT sha256, mime FROM digest"
                        + " WHERE path = :path AND size = :size AND modified = :modified")
                .bind("path", path.toString())
                .bind("size", stamp.size())
                .bind("modified", stamp.modified())
                .map(
                    (row, context) ->
                        new MediaFile(
                            path, row.getString("sha256"), stamp.size(), row.getString("mime")))
                .findOne());
  }

  /** Whether a tag has been written down, and if so with which problem, if any. */
  Optional<Optional<MediaProblem>> written(String runId, String tag) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery("SELECT code, problem FROM media WHERE run_id = :run AND tag = :tag")
                .bind("run", runId)
                .bind("tag", tag)
                .map((row, context) -> problem(row.getString("code"), row.getString("problem")))
                .findOne());
  }

  void write(String runId, List<Entry> entries) {
    jdbi.useTransaction(
        handle -> {
          for (Entry entry : entries) {
            MediaFile file = entry.file();
            MediaProblem problem = entry.problem();
            handle.execute(
                "INSERT INTO media (run_id, tag, path, sha256, size, mime, code, problem)"
                    + " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                runId,
                entry.tag(),
                file == null ? null : file.path().toString(),
                file == null ? null : file.sha256(),
                file == null ? null : file.size(),
                file == null ? null : file.mimeType(),
                problem == null ? null : problem.code(),
                problem == null ? null : problem.getMessage());
            if (entry.isNew()) {
              handle.execute(
                  """
                  INSERT INTO digest (path, size, modified, sha256, mime) VALUES (?, ?, ?, ?, ?)
                  ON CONFLICT (path) DO UPDATE SET size = excluded.size,
                    modified = excluded.modified, sha256 = excluded.sha256, mime = excluded.mime""",
                  file.path().toString(),
                  entry.stamp().size(),
                  entry.stamp().modified(),
                  file.sha256(),
                  file.mimeType());
            }
          }
        });
  }

  /** Number and bytes of the distinct contents of a run. */
  public Totals totals(String runId, int attempt) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT COUNT(*) AS files, COALESCE(SUM(size), 0) AS bytes FROM (
                      SELECT sha256, MAX(size) AS size FROM media
                      WHERE run_id = :run AND attempt = :attempt AND code IS NULL
                      GROUP BY sha256) AS contents""")
                .bind("run", runId)
                .bind("attempt", attempt)
                .map((row, context) -> new Totals(row.getLong("files"), row.getLong("bytes")))
                .one());
  }

  /** Bytes of the distinct contents for which there is no reference that lives long enough. */
  long bytesWithoutReference(String runId, int attempt, String project, Instant aliveAt) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT COALESCE(SUM(size), 0) FROM (
                      SELECT m.sha256, MAX(m.size) AS size FROM media m
                      WHERE m.run_id = :run AND m.attempt = :attempt AND m.code IS NULL
                        AND NOT EXISTS (
                        SELECT 1 FROM upload u WHERE u.project = :project
                          AND u.sha256 = m.sha256 AND u.expires_at > :alive)
                      GROUP BY m.sha256) AS contents""")
                .bind("run", runId)
                .bind("attempt", attempt)
                .bind("project", project)
                .bind("alive", aliveAt.toEpochMilli())
                .mapTo(Long.class)
                .one());
  }

  /**
   * Whether a content of the run has no reference, or an old one that dies too soon. That a young
   * one does, uploading again would not change.
   */
  boolean hasStaleReference(
      String runId, int attempt, String project, Instant aliveAt, Instant youngSince) {
    return jdbi.withHandle(
        handle ->
            handle
                    .createQuery(
                        """
                        SELECT COUNT(*) FROM media m LEFT JOIN upload u
                          ON u.sha256 = m.sha256 AND u.project = :project
                        WHERE m.run_id = :run AND m.attempt = :attempt AND m.code IS NULL
                          AND (u.sha256 IS NULL
                            OR u.expires_at <= :alive AND u.stored_at < :young)""")
                    .bind("project", project)
                    .bind("run", runId)
                    .bind("attempt", attempt)
                    .bind("alive", aliveAt.toEpochMilli())
                    .bind("young", youngSince.toEpochMilli())
                    .mapTo(Long.class)
                    .one()
                > 0);
  }

  /** The file that a tag points to; empty if it points to nothing usable. */
  public Optional<MediaFile> file(String runId, String tag) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT path, sha256, size, mime FROM media
                    WHERE run_id = :run AND tag = :tag AND path IS NOT NULL AND mime IS NOT NULL""")
                .bind("run", runId)
                .bind("tag", tag)
                .map((row, context) -> mediaFile(row))
                .findOne());
  }

  /** Distinct contents of a run. */
  public record Totals(long files, long bytes) {}

  /** The next distinct contents of a run after a hash, in the order of their hashes. */
  public List<MediaFile> contentsAfter(String runId, int attempt, String sha256, int most) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT sha256, MIN(path) AS path, MAX(size) AS size, MAX(mime) AS mime
                    FROM media
                    WHERE run_id = :run AND attempt = :attempt AND code IS NULL AND sha256 > :after
                    GROUP BY sha256 ORDER BY sha256 LIMIT :most""")
                .bind("run", runId)
                .bind("attempt", attempt)
                .bind("after", sha256)
                .bind("most", most)
                .map((row, context) -> mediaFile(row))
                .list());
  }

  /** From now on every tag of the run with this content has this problem. */
  void reject(String runId, String sha256, MediaProblem problem) {
    jdbi.useTransaction(
        handle ->
            handle.execute(
                "UPDATE media SET code = ?, problem = ? WHERE run_id = ? AND sha256 = ?",
                problem.code(),
                problem.getMessage(),
                runId,
                sha256));
  }

  /**
   * The reference that takes a tag's place; empty if it must be uploaded first.
   *
   * @throws MediaProblem when there will never be one
   */
  public Optional<FileReference> reference(
      String runId, String project, String tag, Instant aliveAt) throws MediaProblem {
    record Found(String uri, String mime, long expires, Optional<MediaProblem> problem) {}
    Found found =
        jdbi.withHandle(
            handle ->
                handle
                    .createQuery(
                        """
                        SELECT u.uri, m.mime, u.expires_at, m.code, m.problem
                        FROM media m LEFT JOIN upload u
                          ON u.sha256 = m.sha256 AND u.project = :project
                        WHERE m.run_id = :run AND m.tag = :tag""")
                    .bind("project", project)
                    .bind("run", runId)
                    .bind("tag", tag)
                    .map(
                        (row, context) ->
                            new Found(
                                row.getString("uri"),
                                row.getString("mime"),
                                row.getLong("expires_at"),
                                problem(row.getString("code"), row.getString("problem"))))
                    .findOne()
                    .orElseThrow(() -> new IllegalStateException("Tag was not examined: " + tag)));
    if (found.problem().isPresent()) {
      throw found.problem().get();
    }
    if (found.uri() == null || found.expires() <= aliveAt.toEpochMilli()) {
      return Optional.empty();
    }
    return Optional.of(new FileReference(found.uri(), found.mime()));
  }

  /** The distinct contents of a run in the order of their tags, into a digest. */
  public void digestInto(String runId, MessageDigest digest) {
    jdbi.useHandle(
        handle ->
            handle
                .createQuery(
                    "SELECT tag, COALESCE(sha256, code) AS content FROM media"
                        + " WHERE run_id = :run ORDER BY tag")
                .bind("run", runId)
                .map(
                    (row, context) -> row.getString("tag") + "\0" + row.getString("content") + "\n")
                .forEach(text -> digest.update(text.getBytes(StandardCharsets.UTF_8))));
  }

  private static Optional<MediaProblem> problem(String code, String message) {
    return Optional.ofNullable(code).map(each -> new MediaProblem(each, message));
  }

  private static String sha256(Path file) throws IOException {
    MessageDigest digest = Sha256.digest();
    try (InputStream in = Files.newInputStream(file)) {
      byte[] buffer = new byte[1 << 16];
      for (int read; (read = in.read(buffer)) >= 0; ) {
        digest.update(buffer, 0, read);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MediaFile mediaFile(ResultSet row) throws SQLException {
    return new MediaFile(
        Path.of(row.getString("path")),
        row.getString("sha256"),
        row.getLong("size"),
        row.getString("mime"));
  }
}
