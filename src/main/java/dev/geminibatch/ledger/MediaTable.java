package dev.geminibatch.ledger;

import dev.geminibatch.line.MediaExtent;
import dev.geminibatch.line.ProblemCode;
import dev.geminibatch.media.FileStamp;
import dev.geminibatch.media.MediaFile;
import dev.geminibatch.media.MediaIndex;
import dev.geminibatch.media.MediaProblem;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/** What the tags of runs point to, and the hashes of files that have not changed since. */
public final class MediaTable implements MediaIndex {
  /** So many paths are asked for at once. */
  private static final int PATHS = 64;

  /** Of characters of up to three bytes; an index of PostgreSQL takes 2,700 bytes. */
  static final int LONGEST_PATH = 800;

  private static final String KNOWN =
      "SELECT path, size, modified, sha256, mime FROM digest WHERE path IN ("
          + "?, ".repeat(PATHS - 1)
          + "?)";

  private final Access quick;
  private final Access reading;
  private final RunsWithoutMedia without;
  private final Fences fences;

  MediaTable(LedgerDatabase database, RunsWithoutMedia without, Fences fences) {
    this.fences = fences;
    this.quick = database.quick();
    this.reading = database.reading();
    this.without = without;
  }

  @Override
  public void clear(String runId) {
    quick.useTransaction(
        handle -> {
          fences.require(handle, runId);
          handle.execute("DELETE FROM media WHERE run_id = ?", runId);
        });
    without.cleared(runId);
  }

  @Override
  public void write(String runId, List<Entry> entries) {
    without.written(runId);
    quick.useTransaction(
        handle -> {
          fences.require(handle, runId);
          insert(handle, runId, entries);
          remember(handle, entries.stream().filter(MediaTable::isRemembered).toList());
        });
  }

  /** A path that is longer than what any database has an index for is examined each time. */
  private static boolean isRemembered(Entry entry) {
    return entry.type() != null && entry.file().path().toString().length() <= LONGEST_PATH;
  }

  private static void insert(Handle handle, String runId, List<Entry> entries) {
    Batch batch =
        handle.prepareBatch(
            "INSERT INTO media (run_id, tag, path, sha256, size, mime, code, problem)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    for (Entry entry : entries) {
      MediaFile file = entry.file();
      MediaProblem problem = entry.problem();
      batch.add(
          runId,
          entry.tag(),
          file == null ? null : file.path().toString(),
          file == null ? null : file.sha256(),
          file == null ? null : file.size(),
          file == null ? null : file.mimeType(),
          problem == null ? null : problem.code().code(),
          problem == null ? null : problem.getMessage());
    }
    batch.execute();
  }

  private static void remember(Handle handle, List<Entry> entries) {
    if (entries.isEmpty()) {
      return;
    }
    Batch batch =
        handle.prepareBatch(
            """
            INSERT INTO digest (path, size, modified, sha256, mime) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (path) DO UPDATE SET size = excluded.size,
              modified = excluded.modified, sha256 = excluded.sha256, mime = excluded.mime""");
    for (Entry entry : entries) {
      batch.add(
          entry.file().path().toString(),
          entry.stamp().size(),
          entry.stamp().state(),
          entry.file().sha256(),
          entry.type());
    }
    batch.execute();
  }

  @Override
  public Optional<Digest> known(Path path, FileStamp stamp) {
    return quick.withHandle(
        handle ->
            handle
                .createQuery(
                    "SELECT sha256, mime FROM digest"
                        + " WHERE path = :path AND size = :size AND modified = :modified")
                .bind("path", path.toString())
                .bind("size", stamp.size())
                .bind("modified", stamp.state())
                .map(row -> new Digest(row.getString("sha256"), row.getString("mime")))
                .findOne());
  }

  @Override
  public Map<Path, Known> known(Collection<Path> paths) {
    Map<Path, Known> known = new HashMap<>();
    Iterator<Path> all = paths.iterator();
    while (all.hasNext()) {
      quick.useHandle(
          handle -> {
            Query query = handle.createQuery(KNOWN);
            for (int place = 0; place < PATHS; place++) {
              query.bind(place, all.hasNext() ? all.next().toString() : "");
            }
            query
                .map(row -> Map.entry(Path.of(row.getString("path")), known(row)))
                .forEach(each -> known.put(each.getKey(), each.getValue()));
          });
    }
    return known;
  }

  private static Known known(Row row) throws SQLException {
    return new Known(
        new FileStamp(row.getLong("size"), row.getLong("modified")),
        new Digest(row.getString("sha256"), row.getString("mime")));
  }

  @Override
  public Optional<Optional<MediaProblem>> written(String runId, String tag) {
    return quick.withHandle(
        handle ->
            handle
                .createQuery("SELECT code, problem FROM media WHERE run_id = :run AND tag = :tag")
                .bind("run", runId)
                .bind("tag", tag)
                .map(row -> problem(row))
                .findOne());
  }

  @Override
  public Optional<MediaFile> file(String runId, String tag) {
    return quick.withHandle(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT m.path, m.sha256, m.size, m.mime, d.mime AS type
                    FROM media m LEFT JOIN digest d ON d.path = m.path
                    WHERE m.run_id = :run AND m.tag = :tag
                      AND m.path IS NOT NULL AND m.mime IS NOT NULL""")
                .bind("run", runId)
                .bind("tag", tag)
                .map(row -> mediaFile(row, MediaFile.rememberedExtent(row.getString("type"))))
                .findOne());
  }

  @Override
  public Totals totals(String runId, int attempt) {
    if (without.has(runId)) {
      return new Totals(0, 0);
    }
    return quick.withHandle(
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
                .map(row -> new Totals(row.getLong("files"), row.getLong("bytes")))
                .one());
  }

  @Override
  public List<Needed> contentsAfter(String runId, int attempt, String sha256, int most) {
    if (without.has(runId)) {
      return List.of();
    }
    return quick.withHandle(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT c.*, d.size AS stamp_size, d.modified AS stamp_state FROM (
                      SELECT sha256, MIN(path) AS path, MAX(size) AS size, MAX(mime) AS mime
                      FROM media
                      WHERE run_id = :run AND attempt = :attempt AND code IS NULL
                        AND sha256 > :after
                      GROUP BY sha256 ORDER BY sha256 LIMIT :most) AS c
                    LEFT JOIN digest d ON d.path = c.path AND d.sha256 = c.sha256
                    ORDER BY c.sha256""")
                .bind("run", runId)
                .bind("attempt", attempt)
                .bind("after", sha256)
                .bind("most", most)
                .map(row -> needed(row))
                .list());
  }

  private static Needed needed(Row row) throws SQLException {
    long size = row.getLong("stamp_size");
    Optional<FileStamp> examined =
        row.wasNull()
            ? Optional.empty()
            : Optional.of(new FileStamp(size, row.getLong("stamp_state")));
    return new Needed(mediaFile(row, MediaExtent.UNKNOWN), examined);
  }

  @Override
  public void reject(String runId, String sha256, MediaProblem problem) {
    quick.useTransaction(
        handle -> {
          fences.require(handle, runId);
          handle.execute(
              "UPDATE media SET code = ?, problem = ? WHERE run_id = ? AND sha256 = ?",
              problem.code().code(),
              problem.getMessage(),
              runId,
              sha256);
        });
  }

  @Override
  public void forEachContent(String runId, BiConsumer<String, String> taker) {
    reading.useHandle(
        handle ->
            handle
                .createQuery(
                    "SELECT tag, COALESCE(sha256, code) AS content FROM media"
                        + " WHERE run_id = :run ORDER BY tag")
                .bind("run", runId)
                .map(row -> List.of(row.getString("tag"), row.getString("content")))
                .forEach(each -> taker.accept(each.get(0), each.get(1))));
  }

  /** The problem of a row, if it has one. */
  static Optional<MediaProblem> problem(Row row) throws SQLException {
    String message = row.getString("problem");
    return Optional.ofNullable(row.getString("code"))
        .map(code -> ProblemCode.of(code).orElse(ProblemCode.FILE_UNREADABLE))
        .map(code -> new MediaProblem(code, message));
  }

  private static MediaFile mediaFile(Row row, MediaExtent extent) throws SQLException {
    return new MediaFile(
        Path.of(row.getString("path")),
        row.getString("sha256"),
        row.getLong("size"),
        row.getString("mime"),
        extent);
  }
}
