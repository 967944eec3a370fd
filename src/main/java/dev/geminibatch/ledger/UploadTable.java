package dev.geminibatch.ledger;

import dev.geminibatch.line.FileTokens;
import dev.geminibatch.line.MediaTokens;
import dev.geminibatch.media.MediaFile;
import dev.geminibatch.media.ReferenceIndex;
import dev.geminibatch.service.ProjectId;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The references that the service gave for uploaded contents, and who needs them. */
public final class UploadTable implements ReferenceIndex {
  private static final String NEEDED_FILES =
      """
      SELECT u.name FROM upload u JOIN media m ON m.sha256 = u.sha256
      WHERE u.project = :project AND m.run_id IN (SELECT id FROM run WHERE state IN %1$s)
      UNION SELECT input_file FROM job
      WHERE input_file IS NOT NULL
        AND run_id IN (SELECT id FROM run WHERE state IN %1$s)"""
          .formatted(Rows.UNFINISHED);

  private final Access quick;
  private final RunsWithoutMedia without;

  UploadTable(LedgerDatabase database, RunsWithoutMedia without) {
    this.quick = database.quick();
    this.without = without;
  }

  @Override
  public boolean contains(ProjectId project, String sha256, String mimeType, Instant aliveAt) {
    return quick.withHandle(
        handle ->
            handle
                    .createQuery(
                        "SELECT COUNT(*) FROM upload"
                            + " WHERE project = :project AND sha256 = :sha256 AND mime = :mime"
                            + " AND expires_at > :until")
                    .bind("project", project.value())
                    .bind("sha256", sha256)
                    .bind("mime", mimeType)
                    .bind("until", aliveAt.toEpochMilli())
                    .mapTo(Long.class)
                    .one()
                > 0);
  }

  @Override
  public void put(List<Stored> contents) {
    quick.useTransaction(
        handle -> {
          put(handle, contents);
          if (handle.isServer()) {
            UploadClaimTable.arrived(handle, contents);
          }
        });
  }

  private static void put(Handle handle, List<Stored> contents) {
    Batch batch =
        handle.prepareBatch(
            """
        INSERT INTO upload (project, sha256, name, uri, mime, size, stored_at, expires_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (project, sha256) DO UPDATE SET name = excluded.name,
          uri = excluded.uri, mime = excluded.mime, size = excluded.size,
          stored_at = excluded.stored_at, expires_at = excluded.expires_at""");
    for (Stored content : contents) {
      StoredReference reference = content.reference();
      batch.add(
          content.project().value(),
          content.media().sha256(),
          reference.name(),
          reference.uri(),
          content.media().mimeType(),
          content.media().size(),
          reference.stored().toEpochMilli(),
          reference.expires().toEpochMilli());
    }
    batch.execute();
  }

  @Override
  public TagReference reference(String runId, ProjectId project, String tag) {
    return quick.withHandle(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT u.uri, u.mime, u.expires_at, m.code, m.problem, m.size, d.mime AS type
                    FROM media m LEFT JOIN upload u
                      ON u.sha256 = m.sha256 AND u.project = :project
                    LEFT JOIN digest d ON d.path = m.path
                    WHERE m.run_id = :run AND m.tag = :tag""")
                .bind("project", project.value())
                .bind("run", runId)
                .bind("tag", tag)
                .map(row -> tagReference(row))
                .findOne()
                .orElseThrow(() -> new IllegalStateException("Tag was not examined: " + tag)));
  }

  private static TagReference tagReference(Row row) throws SQLException {
    return new TagReference(
        row.getString("uri"),
        row.getString("mime"),
        Instant.ofEpochMilli(row.getLong("expires_at")),
        row.getString("mime") == null
            ? FileTokens.NONE
            : MediaTokens.of(
                row.getString("mime"),
                row.getLong("size"),
                MediaFile.rememberedExtent(row.getString("type"))),
        MediaTable.problem(row));
  }

  @Override
  public long bytesWithoutReference(String runId, int attempt, ProjectId project, Instant aliveAt) {
    if (without.has(runId)) {
      return 0;
    }
    return quick.withHandle(
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
                .bind("project", project.value())
                .bind("alive", aliveAt.toEpochMilli())
                .mapTo(Long.class)
                .one());
  }

  @Override
  public boolean hasStaleReference(
      String runId, int attempt, ProjectId project, Instant aliveAt, Instant youngSince) {
    if (without.has(runId)) {
      return false;
    }
    return quick.withHandle(
        handle ->
            handle
                    .createQuery(
                        """
                        SELECT COUNT(*) FROM media m LEFT JOIN upload u
                          ON u.sha256 = m.sha256 AND u.project = :project
                        WHERE m.run_id = :run AND m.attempt = :attempt AND m.code IS NULL
                          AND (u.sha256 IS NULL
                            OR u.expires_at <= :alive AND u.stored_at < :young)""")
                    .bind("project", project.value())
                    .bind("run", runId)
                    .bind("attempt", attempt)
                    .bind("alive", aliveAt.toEpochMilli())
                    .bind("young", youngSince.toEpochMilli())
                    .mapTo(Long.class)
                    .one()
                > 0);
  }

  @Override
  public void needAgain(ProjectId project, String runId, int attempt, List<Needed> files) {
    if (files.isEmpty()) {
      return;
    }
    quick.useTransaction(
        handle -> {
          for (Needed file : files) {
            handle.execute(
                "UPDATE media SET attempt = ? WHERE run_id = ? AND tag = ?",
                attempt,
                runId,
                file.tag());
            if (file.isDead()) {
              handle.execute(
                  """
                  DELETE FROM upload WHERE project = ? AND sha256 IN (
                    SELECT sha256 FROM media WHERE run_id = ? AND tag = ?)""",
                  project.value(),
                  runId,
                  file.tag());
            }
          }
        });
  }

  /** Names of all files that a project's uploads and jobs have brought to the service. */
  public Set<String> names(ProjectId project) {
    return quick.withHandle(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT name FROM upload WHERE project = :project
                    UNION SELECT input_file FROM job WHERE input_file IS NOT NULL""")
                .bind("project", project.value())
                .mapTo(String.class)
                .stream()
                .collect(Collectors.toSet()));
  }

  /** Those of them that an unfinished run refers to. */
  public Set<String> needed(ProjectId project) {
    return quick.withHandle(handle -> needed(handle, project));
  }

  private static Set<String> needed(Handle handle, ProjectId project) {
    return handle
        .createQuery(NEEDED_FILES)
        .bind("project", project.value())
        .mapTo(String.class)
        .stream()
        .collect(Collectors.toSet());
  }

  /**
   * The reference is not to be used any more.
   *
   * @return false if an unfinished run needs it after all
   */
  public boolean forget(ProjectId project, String name) {
    return quick.inTransaction(
        handle -> {
          boolean isNeeded = needed(handle, project).contains(name);
          if (!isNeeded) {
            handle.execute(
                "DELETE FROM upload WHERE project = ? AND name = ?", project.value(), name);
          }
          return !isNeeded;
        });
  }

  /** Deletes references that the service does not know any more. */
  public void forgetDeadBefore(Instant time) {
    quick.useTransaction(
        handle -> handle.execute("DELETE FROM upload WHERE expires_at < ?", time.toEpochMilli()));
  }
}
