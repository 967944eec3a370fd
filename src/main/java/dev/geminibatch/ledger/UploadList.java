package dev.geminibatch.ledger;

import dev.geminibatch.service.ProjectId;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The uploads that the service still has, page by page, the newest first. */
public final class UploadList {
  /** With more, it takes too long to find out which of them need an upload. */
  static final int MOST_RUNS = 500;

  private static final String PAGE =
      """
      SELECT project, sha256, name, mime, size, stored_at, expires_at FROM upload
      WHERE expires_at > :now AND (stored_at, project, sha256) < (:time, :project, :content)
      ORDER BY stored_at DESC, project DESC, sha256 DESC LIMIT :most""";

  private static final String NEEDED =
      """
      SELECT COUNT(DISTINCT media.run_id) FROM run JOIN media ON media.run_id = run.id
      WHERE run.state IN %s AND media.sha256 = :content"""
          .formatted(Rows.UNFINISHED);

  private final Access reading;

  UploadList(LedgerDatabase database) {
    this.reading = database.reading();
  }

  /**
   * An upload.
   *
   * @param sha256 of its content
   * @param name {@code files/...}
   * @param stored by the service's clock, as the time when it expires
   */
  public record Upload(
      ProjectId project,
      String sha256,
      String name,
      String mimeType,
      long size,
      Instant stored,
      Instant expires) {}

  /** All uploads of a project. */
  public record Total(ProjectId project, long files, long bytes) {}

  /**
   * The place in the list where a page begins: behind this upload.
   *
   * @param time when it was stored, in milliseconds
   */
  public record Place(long time, String project, String content) {
    /** Before the first upload. */
    public static final Place BEGINNING = new Place(Long.MAX_VALUE, "", "");

    private static final Pattern WORD = Pattern.compile("(\\d{1,18})-(\\w{1,40})-(\\w{1,64})");

    /** As it stands in an address. */
    public String word() {
      return time + "-" + project + "-" + content;
    }

    /** What {@link #word} gave; empty if it is anything else. */
    public static Optional<Place> of(String word) {
      Matcher parts = WORD.matcher(word);
      return parts.matches()
          ? Optional.of(new Place(Long.parseLong(parts.group(1)), parts.group(2), parts.group(3)))
          : Optional.empty();
    }
  }

  /**
   * A page.
   *
   * @param next where the next page begins; empty if this one is the last
   */
  public record Page(List<Upload> uploads, Optional<Place> next) {}

  /** A page of those that have not expired. */
  public Page page(Instant now, Place from, int most) {
    List<Upload> uploads =
        reading.withHandle(
            handle ->
                handle
                    .createQuery(PAGE)
                    .bind("now", now.toEpochMilli())
                    .bind("time", from.time())
                    .bind("project", from.project())
                    .bind("content", from.content())
                    .bind("most", most + 1)
                    .map(row -> upload(row))
                    .list());
    if (uploads.size() <= most) {
      return new Page(uploads, Optional.empty());
    }
    Upload last = uploads.get(most - 1);
    Place next = new Place(last.stored().toEpochMilli(), last.project().value(), last.sha256());
    return new Page(uploads.subList(0, most), Optional.of(next));
  }

  private static Upload upload(Row row) throws SQLException {
    return new Upload(
        new ProjectId(row.getString("project")),
        row.getString("sha256"),
        row.getString("name"),
        row.getString("mime"),
        row.getLong("size"),
        Instant.ofEpochMilli(row.getLong("stored_at")),
        Instant.ofEpochMilli(row.getLong("expires_at")));
  }

  /**
   * What those that have not expired come to, by project. By the index of projects each row would
   * be looked for, which takes four times as long as to read them all.
   */
  public List<Total> totals(Instant now) {
    return reading.withHandle(
        handle ->
            handle
                .createQuery(
                    "SELECT MAX(project) AS project, COUNT(*) AS files, SUM(size) AS bytes"
                        + " FROM upload WHERE expires_at > :now GROUP BY project || ''"
                        + " ORDER BY 1")
                .bind("now", now.toEpochMilli())
                .map(
                    row ->
                        new Total(
                            new ProjectId(row.getString("project")),
                            row.getLong("files"),
                            row.getLong("bytes")))
                .list());
  }

  /**
   * How many unfinished runs have lines that name each content, by its hash; empty if there are so
   * many runs that it would take long to find out.
   */
  public Optional<Map<String, Long>> neededBy(List<Upload> uploads) {
    return reading.withHandle(
        handle -> {
          if (countUnfinished(handle) > MOST_RUNS) {
            return Optional.empty();
          }
          Map<String, Long> runs = new HashMap<>();
          for (Upload upload : uploads) {
            runs.computeIfAbsent(
                upload.sha256(),
                content ->
                    handle.createQuery(NEEDED).bind("content", content).mapTo(Long.class).one());
          }
          return Optional.of(runs);
        });
  }

  private static long countUnfinished(Handle handle) {
    return handle
        .createQuery(
            "SELECT COUNT(*) FROM (SELECT 1 FROM run WHERE state IN "
                + Rows.UNFINISHED
                + " LIMIT :most) AS unfinished")
        .bind("most", MOST_RUNS + 1)
        .mapTo(Long.class)
        .one();
  }
}
