package dev.geminibatch.ledger;

import dev.geminibatch.line.MediaExtent;
import dev.geminibatch.media.MediaFile;
import dev.geminibatch.media.ReferenceIndex.Stored;
import dev.geminibatch.media.UploadClaims;
import dev.geminibatch.service.ProjectId;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What the members of a ledger on a server have in hand to upload, and what they offer to each
 * other.
 *
 * <p>A row without a member is an offer of its run. One without a path is for whoever needs the
 * content, and one with a size below zero says that the content has arrived: so its run knows in
 * the end what others have done for it.
 */
public final class UploadClaimTable implements UploadClaims {
  private static final String IS_TAKEN =
      "EXISTS (SELECT 1 FROM member WHERE member.id = upload_claim.member"
          + " AND member.state <> 'GONE')";

  /** The contents of three parameters. */
  private static final String WANTED =
      "unnest(string_to_array(:projects, CHR(10)), string_to_array(:contents, CHR(10)),"
          + " string_to_array(:types, CHR(10))) AS wanted (project, sha256, mime)";

  private static final String IS_WANTED =
      "%1$s.project = wanted.project AND %1$s.sha256 = wanted.sha256"
          + " AND %1$s.mime = wanted.mime";

  private final PostgresDatabase database;
  private final Access quick;
  private final Fences fences;

  UploadClaimTable(PostgresDatabase database, Fences fences) {
    this.database = database;
    this.quick = database.quick();
    this.fences = fences;
  }

  /** Says when others offer something. */
  public OfferBell bell() {
    return new OfferBell(database);
  }

  @Override
  public String holder() {
    return String.valueOf(fences.member());
  }

  @Override
  public Set<ContentKey> claim(Collection<ContentKey> contents, Instant aliveAt) {
    return quick.inTransaction(
        handle ->
            wanted(
                handle
                    .createQuery(
                        "INSERT INTO upload_claim"
                            + " (project, sha256, mime, run_id, path, size, member)"
                            + " SELECT project, sha256, mime, '', '', 0, :me FROM "
                            + WANTED
                            + " WHERE NOT EXISTS (SELECT 1 FROM upload WHERE "
                            + IS_WANTED.formatted("upload")
                            + " AND upload.expires_at > :until)"
                            + " ON CONFLICT (project, sha256, mime) DO UPDATE SET"
                            + " member = excluded.member, size = GREATEST(upload_claim.size, 0)"
                            + " WHERE upload_claim.size < 0 OR upload_claim.member = :me OR NOT "
                            + IS_TAKEN
                            + " RETURNING project, sha256, mime")
                    .bind("me", fences.member())
                    .bind("until", aliveAt.toEpochMilli()),
                contents));
  }

  @Override
  public Set<ContentKey> elsewhere(Collection<ContentKey> contents) {
    return quick.withHandle(
        handle ->
            wanted(
                handle
                    .createQuery(
                        "SELECT wanted.project, wanted.sha256, wanted.mime FROM "
                            + WANTED
                            + " JOIN upload_claim ON "
                            + IS_WANTED.formatted("upload_claim")
                            + " WHERE size >= 0 AND upload_claim.member <> :me AND "
                            + IS_TAKEN)
                    .bind("me", fences.member()),
                contents));
  }

  @Override
  public Set<ContentKey> arrived(Collection<ContentKey> contents, Instant aliveAt) {
    return quick.withHandle(
        handle ->
            wanted(
                handle
                    .createQuery(
                        "SELECT wanted.project, wanted.sha256, wanted.mime FROM "
                            + WANTED
                            + " JOIN upload ON "
                            + IS_WANTED.formatted("upload")
                            + " WHERE upload.expires_at > :until")
                    .bind("until", aliveAt.toEpochMilli()),
                contents));
  }

  @Override
  public void release(Collection<ContentKey> contents) {
    quick.useTransaction(
        handle ->
            wanted(
                handle
                    .createQuery(
                        "DELETE FROM upload_claim USING "
                            + WANTED
                            + " WHERE "
                            + IS_WANTED.formatted("upload_claim")
                            + " AND upload_claim.member = :me RETURNING wanted.*")
                    .bind("me", fences.member()),
                contents));
  }

  private static Set<ContentKey> wanted(Query query, Collection<ContentKey> contents) {
    return Set.copyOf(
        query
            .bind("projects", column(contents, content -> content.project().value()))
            .bind("contents", column(contents, ContentKey::sha256))
            .bind("types", column(contents, ContentKey::mimeType))
            .map(
                row ->
                    new ContentKey(
                        new ProjectId(row.getString("project")),
                        row.getString("sha256"),
                        row.getString("mime")))
            .list());
  }

  private static String column(
      Collection<ContentKey> contents, Function<ContentKey, String> value) {
    return contents.stream().map(value).collect(Collectors.joining("\n"));
  }

  /** Contents are with the service now, in the transaction that says so. */
  static void arrived(Handle handle, List<Stored> contents) {
    Batch own =
        handle.prepareBatch(
            "DELETE FROM upload_claim WHERE project = ? AND sha256 = ? AND mime = ?"
                + " AND run_id = ''");
    Batch offered =
        handle.prepareBatch(
            "UPDATE upload_claim SET path = '', size = -1"
                + " WHERE project = ? AND sha256 = ? AND mime = ? AND run_id <> ''");
    for (Stored each : contents) {
      Object[] key = {each.project().value(), each.media().sha256(), each.media().mimeType()};
      own.add(key);
      offered.add(key);
    }
    own.execute();
    offered.execute();
  }

  @Override
  public void offer(String runId, Collection<Offer> contents, Instant aliveAt) {
    quick.useTransaction(
        handle -> {
          Batch batch =
              handle.prepareBatch(
                  """
                  INSERT INTO upload_claim (project, sha256, mime, run_id, path, size)
                  SELECT ?, ?, ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM upload
                    WHERE project = ? AND sha256 = ? AND mime = ? AND expires_at > ?)
                  ON CONFLICT DO NOTHING""");
          for (Offer offer : contents) {
            MediaFile media = offer.media();
            String project = offer.project().value();
            batch.add(
                project,
                media.sha256(),
                media.mimeType(),
                runId,
                media.path().toString(),
                media.size(),
                project,
                media.sha256(),
                media.mimeType(),
                aliveAt.toEpochMilli());
          }
          if (batch.execute().stream().anyMatch(rows -> rows > 0)) {
            OfferBell.ring(handle);
          }
        });
  }

  @Override
  public List<Offer> offered(Collection<ProjectId> projects, int most) {
    return quick.withHandle(
        handle ->
            handle
                .createQuery(
                    "SELECT * FROM upload_claim WHERE path <> '' AND NOT "
                        + IS_TAKEN
                        + " AND project = ANY (string_to_array(:projects, CHR(10)))"
                        + " AND NOT EXISTS (SELECT 1 FROM run WHERE run.id = run_id"
                        + " AND run.owner = :me)"
                        + " ORDER BY sha256 DESC LIMIT :most")
                .bind(
                    "projects",
                    projects.stream().map(ProjectId::value).collect(Collectors.joining("\n")))
                .bind("me", fences.member())
                .bind("most", most)
                .map(row -> offer(row))
                .list());
  }

  private static Offer offer(Row row) throws SQLException {
    return new Offer(
        new ProjectId(row.getString("project")),
        new MediaFile(
            Path.of(row.getString("path")),
            row.getString("sha256"),
            row.getLong("size"),
            row.getString("mime"),
            MediaExtent.UNKNOWN));
  }

  @Override
  public long withdraw(String runId) {
    return quick.inTransaction(
        handle ->
            handle
                .createQuery(
                    "WITH ended AS (DELETE FROM upload_claim WHERE run_id = :run AND (size < 0 OR NOT "
                        + IS_TAKEN
                        + ") RETURNING size, member)"
                        + " SELECT COUNT(*) FROM ended WHERE size < 0 AND member <> :me")
                .bind("run", runId)
                .bind("me", fences.member())
                .mapTo(Long.class)
                .one());
  }

  @Override
  public void tidy() {
    quick.useTransaction(
        handle ->
            handle.execute(
                "DELETE FROM upload_claim WHERE (size < 0 OR NOT "
                    + IS_TAKEN
                    + ") AND NOT EXISTS (SELECT 1 FROM run WHERE run.id = run_id AND state IN "
                    + Rows.UNFINISHED
                    + ")"));
  }
}
